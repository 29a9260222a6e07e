"""Texts as a program is kept with them: a sequence as any other, read one at a time."""

import msgspec
import pytest

from flows.packed import decode, encode
from flows.written import Written
from tests.flows.shops import program_of

TEXTS = ("", "您好", "Hi {{ shop.name }}", "长" * 400, "🍜" * 20, "x" * 70_000)


def test_texts_are_what_was_packed() -> None:
    texts = Written(msgspec.msgpack.encode(TEXTS))
    assert [texts[place] for place in range(len(TEXTS))] == list(TEXTS)
    assert (len(texts), tuple(texts), texts[1:3], texts[-1]) == (6, TEXTS, TEXTS[1:3], TEXTS[-1])
    assert texts == TEXTS
    assert texts != (*TEXTS[1:], "")
    assert repr(texts) == repr(TEXTS)


@pytest.mark.parametrize("place", [6, -7])
def test_there_is_no_text_beyond_the_last_and_before_the_first(place: int) -> None:
    with pytest.raises(IndexError):
        Written(msgspec.msgpack.encode(TEXTS))[place]


@pytest.mark.parametrize("packed", [b"", b"\x01", b"\x92\xa1a", b"\x91\xa1a\xa1b"])
def test_bytes_that_are_no_array_are_refused(packed: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        Written(packed)


def test_what_two_sellers_say_alike_is_one_object_for_both() -> None:
    mine, other = (Written(msgspec.msgpack.encode([own, "谢谢，再见！"])) for own in ("我", "他"))
    assert mine[1] is other[1]


def test_a_program_that_was_kept_is_packed_to_the_same_bytes() -> None:
    packed = encode(program_of())
    program = decode(packed)
    assert isinstance(program.texts, Written)
    assert encode(program) == packed
