"""Programs as bytes and back, and what they have in common."""

import msgspec
import pytest
from msgspec.structs import replace

from flows.packed import PARTS, decode, decode_part, encode, fingerprint, join, split
from flows.program import Program
from tests.flows.shops import program_of


def test_a_program_comes_back_as_it_was() -> None:
    program = program_of()
    assert decode(encode(program)) == program


def test_programs_share_the_parts_that_they_have_in_common() -> None:
    program = program_of()
    mine = decode(encode(program))
    other = decode(encode(replace(program, name="other", texts=("你好", *program.texts[1:]))))
    assert other.name == "other"
    assert other.texts[0] == "你好"
    assert other.nodes is mine.nodes
    assert other.products is mine.products
    assert other.texts is not mine.texts


def test_goods_that_cost_otherwise_share_what_they_are_called() -> None:
    program = program_of()
    dearer = tuple(replace(product, price=product.price + 1) for product in program.products)
    mine, other = decode(encode(program)), decode(encode(replace(program, products=dearer)))
    assert other.products == dearer
    assert other.products[0] is not mine.products[0]
    for called in ("code", "names", "group", "unit", "phrases"):
        assert getattr(other.products[0], called) is getattr(mine.products[0], called)


def test_a_field_that_came_later_has_its_default() -> None:
    program = program_of()
    fields = msgspec.msgpack.decode(encode(program))
    assert decode(msgspec.msgpack.encode(fields[:-1])) == program


@pytest.mark.parametrize("field", ["version", "name", "nodes", "calling"])
def test_bytes_that_are_no_program_are_refused(field: str) -> None:
    fields = msgspec.msgpack.decode(encode(program_of()))
    fields[Program.__struct_fields__.index(field)] = {"x": 1.5}
    with pytest.raises(msgspec.ValidationError):
        decode(msgspec.msgpack.encode(fields))


@pytest.mark.parametrize("fields", [[], [1] * 40])
def test_another_number_of_fields_is_refused(fields: list[int]) -> None:
    with pytest.raises(msgspec.ValidationError, match=f"no program has {len(fields)} fields"):
        decode(msgspec.msgpack.encode(fields))


def test_what_is_common_to_two_sellers_is_apart_from_what_is_each_ones_own() -> None:
    program = program_of()
    other = replace(program, name="other", shop_names=("别家", "Other"), number="400", codes={})
    (own, parts), (others_own, others_parts) = split(encode(program)), split(encode(other))
    assert own != others_own
    assert parts == others_parts
    assert len(parts) == PARTS
    assert join(others_own, [decode_part(kind, part) for kind, part in enumerate(parts)]) == other


def test_a_program_of_other_bytes_has_another_name() -> None:
    program = program_of()
    assert fingerprint(program) == fingerprint(decode(encode(program)))
    assert fingerprint(program) != fingerprint(replace(program, name="other"))
