import pytest

from ivr.sip.errors import NotAllowedError
from ivr.sip.numbers import NOBODY, AllowList, number_of, plain
from ivr.sip.uri import Uri


def test_what_a_list_holds_is_dialled_as_it_is_kept():
    held = AllowList(("4001", "+8610*"))
    assert held.require("4001") == "4001"
    assert held.require("+86-10-65391234") == held.require("0086 10 6539 1234") == "01065391234"
    for other in ("40011", "400", "+8610", "+8621", ""):
        with pytest.raises(NotAllowedError):
            held.require(other)


def test_nobody_holds_nothing():
    with pytest.raises(NotAllowedError):
        NOBODY.require("112")


@pytest.mark.parametrize(
    "text",
    [
        "4001@evil.example",
        "4001;phone-context=+1900",
        "4001,,900",
        "4001p9",
        "4001\r\nRoute: x",
        "*31#4001",
        "４００１",
        "4001%40",
        "+" * 3,
        "1" * 16,
    ],
)
def test_only_digits_can_be_dialled(text):
    assert plain(text) == ""


def test_a_uri_stands_for_its_number_and_not_for_its_host():
    assert number_of(Uri.parse("tel:+86-10-6539")) == "+86106539"
    assert number_of(Uri.parse("sip:4001;npdi=yes@evil.example")) == "4001"
    assert number_of(Uri.parse("sip:evil.example")) == ""
    assert number_of(Uri.parse("http://4001")) == ""
