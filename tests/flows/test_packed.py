"""Programs as bytes and back, and what they have in common."""

import msgspec
import pytest
from msgspec.structs import replace

from flows.packed import decode, encode, fingerprint
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


def test_a_program_of_other_bytes_has_another_name() -> None:
    program = program_of()
    assert fingerprint(program) == fingerprint(decode(encode(program)))
    assert fingerprint(program) != fingerprint(replace(program, name="other"))
