"""Single headers: read, written, refused; and held against sipmessage."""

import pytest
import sipmessage

from ivr.sip.address import Address
from ivr.sip.cseq import CSeq
from ivr.sip.errors import ProtocolError
from ivr.sip.grammar import PARAMETERS_MAX, VALUES_MAX, quote, split_list, unquote
from ivr.sip.message import parse
from ivr.sip.uri import URI_CHARACTERS_MAX, Uri
from ivr.sip.via import Via
from tests.ivr.sip.torture import TORTURE

URIS = [
    "sip:4001@192.0.2.1",
    "sips:4001:secret@shop.example:5061;transport=tls;lr",
    "sip:[2001:db8::1]:5060",
    "sip:4001@shop.example?Subject=a%20b&X=",
    "sip:*31%23@shop.example;user=phone",
    "tel:+86-10-6539;phone-context=cn",
    "isbn:2983792873",
]


@pytest.mark.parametrize("text", URIS)
def test_a_uri_is_written_as_it_was_read(text):
    assert str(Uri.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    ["", "sip:", "sip:a@", "sip:a b@c", "sip:a@b:99999", "sip:a@b;", "sip:%zz@b", "tel:", "4001"],
)
def test_a_uri_that_is_none_is_refused(text):
    with pytest.raises(ProtocolError):
        Uri.parse(text)


def test_the_length_of_a_uri_has_a_bound():
    assert Uri.parse("sip:" + "a" * (URI_CHARACTERS_MAX - 6) + "@b")
    with pytest.raises(ProtocolError, match="414"):
        Uri.parse("sip:" + "a" * (URI_CHARACTERS_MAX - 5) + "@b")


def test_lists_are_split_outside_of_quotes_and_angles():
    assert split_list('"a,b" <sip:a,b@c>, <sip:d@e>;q="x,y"', "Contact") == [
        '"a,b" <sip:a,b@c>',
        '<sip:d@e>;q="x,y"',
    ]
    assert len(split_list(",".join("a" * VALUES_MAX), "x")) == VALUES_MAX
    with pytest.raises(ProtocolError):
        split_list(",".join("a" * (VALUES_MAX + 1)), "x")


def test_the_number_of_parameters_has_a_bound():
    assert Address.parse("<sip:a@b>" + ";a" * PARAMETERS_MAX)
    with pytest.raises(ProtocolError):
        Address.parse("<sip:a@b>" + ";a" * (PARAMETERS_MAX + 1))


def test_a_quoted_text_cannot_begin_another_header():
    assert quote('a"b\\c\r\nX: y') == '"a\\"b\\\\c  X: y"'
    assert unquote(quote('a"b\\c')) == 'a"b\\c'


def test_a_via_notes_where_it_came_from():
    via = Via.parse("SIP/2.0/UDP 10.0.0.1:5070;rport;branch=z9hG4bKx")
    noted = via.received_from("192.0.2.7", 1234)
    assert str(noted) == "SIP/2.0/UDP 10.0.0.1:5070;branch=z9hG4bKx;received=192.0.2.7;rport=1234"


@pytest.mark.parametrize(
    "text", ["1", "x INVITE", "1 INVITE 2", "2147483648 INVITE", "-1 INVITE", "1 IN VITE"]
)
def test_a_cseq_that_is_none_is_refused(text):
    with pytest.raises(ProtocolError):
        CSeq.parse(text)


@pytest.mark.parametrize("name", sorted(n for n, c in TORTURE.items() if c.verdict == "accept"))
def test_what_sipmessage_reads_too_it_reads_alike(name):
    data = TORTURE[name].data
    try:
        theirs = sipmessage.Message.parse(data)
        read = (theirs.cseq, theirs.call_id, theirs.from_address, theirs.to_address)
    except ValueError:
        return
    ours = parse(data)
    cseq, call_id, sender, receiver = read
    assert (ours.cseq.number, ours.cseq.method) == (cseq.sequence, cseq.method)
    assert ours.call_id == call_id
    assert ours.sender.uri.host == sender.uri.host
    assert ours.receiver.uri.name == (receiver.uri.user or "")
    assert ours.sender.tag == (sender.parameters.get("tag") or "")
