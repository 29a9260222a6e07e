"""A handset shows whole texts and what they cost."""

import pytest

from sms.piece import read
from sms.segments import split
from sms.smsc.handset import Handset


def hear(handset, text, **how):
    heard = [
        handset.receive(
            "10690",
            read(
                s.short_message, data_coding=s.data_coding, esm_class=s.esm_class, tlvs=dict(s.tlvs)
            ),
            0,
        )
        for s in split(text, reference=1, **how)
    ]
    assert heard[:-1] == [None] * (len(heard) - 1)
    return heard[-1]


@pytest.mark.parametrize("how", ["udh8", "udh16", "sar", "payload"])
def test_a_long_text_is_shown_once_with_its_cost(how):
    heard = hear(Handset("13800138000", price_per_part=5), "牛肉面" * 30, concatenation=how)
    assert (heard.text, heard.parts, heard.alphabet, heard.price) == ("牛肉面" * 30, 2, "ucs2", 10)


def test_a_short_text_is_one_part():
    heard = hear(Handset("1", price_per_part=5), "a" * 160)
    assert (heard.parts, heard.alphabet, heard.price) == (1, "gsm7", 5)


def test_octets_of_a_program_are_shown_and_counted():
    handset = Handset("1")
    heard = handset.receive("10690", read(b"\x01\x02", data_coding=4), 0)
    assert (heard.text, heard.alphabet, heard.parts) == ("01 02", "binary", 1)
    heard = handset.receive("10690", read(b"\x01" * 141, data_coding=4), 0)
    assert heard.parts == 2


def test_each_long_text_has_a_reference_of_its_own():
    handset = Handset("1")
    (first, _), (second, _) = handset.text("a" * 161), handset.text("a" * 161)
    assert first[0].short_message[3] + 1 == second[0].short_message[3]
    assert handset.text("牛")[1].alphabet.name == "ucs2"
