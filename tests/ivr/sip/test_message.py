import pytest

from ivr.sip.errors import FramingError, ProtocolError
from ivr.sip.message import HEADER_LINES_MAX, MESSAGE_BYTES_MAX, Request, Response, parse

OPTIONS = (
    b"OPTIONS sip:us@192.0.2.1 SIP/2.0\r\n"
    b"v: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1\r\n"
    b'f: "Wang, Li" <sip:8613800138000@192.0.2.7>;tag=a1\r\n'
    b"t: <sip:us@192.0.2.1>\r\n"
    b"i: c1@192.0.2.7\r\n"
    b"CSeq: 7 OPTIONS\r\n"
    b"l: 2\r\n\r\nhi and what follows"
)


def test_short_names_and_the_length_of_the_body_are_read():
    request = parse(OPTIONS)
    assert isinstance(request, Request)
    assert request.method == "OPTIONS"
    assert request.sender.name == "Wang, Li"
    assert request.sender.tag == "a1"
    assert request.cseq.number == 7
    assert request.via.branch == "z9hG4bK1"
    assert request.body == b"hi"


def test_a_message_is_read_as_it_was_written():
    request = parse(OPTIONS)
    assert parse(bytes(request)) == request


def test_bytes_that_are_not_utf_8_come_out_as_they_went_in():
    data = OPTIONS.replace(b"Wang", b"Wang\xff\xfe")
    assert b"Wang\xff\xfe" in bytes(parse(data))


@pytest.mark.parametrize("status", ["2²2", "²00", "٢٠٠", "20"])
def test_a_status_is_three_digits_as_a_keyboard_has_them(status):
    with pytest.raises(ProtocolError, match="status"):
        parse(f"SIP/2.0 {status} OK\r\nCSeq: 1 INVITE\r\n\r\n".encode())


def test_a_response_has_its_status_and_reason():
    response = parse(b"SIP/2.0 486 Busy Here\r\nCSeq: 1 INVITE\r\n\r\n")
    assert isinstance(response, Response)
    assert (response.status, response.reason) == (486, "Busy Here")


@pytest.mark.parametrize("data", [b"", b"\r\n\r\n", b"INVITE", b"GET / HTTP/1.1\r\n\r\n"])
def test_what_is_no_sip_is_refused(data):
    with pytest.raises((FramingError, ProtocolError)):
        parse(data)


def test_the_number_of_headers_has_a_bound():
    head = b"OPTIONS sip:us@192.0.2.1 SIP/2.0\r\n"
    assert parse(head + b"a: b\r\n" * (HEADER_LINES_MAX - 1) + b"a: b\r\n\r\n")
    with pytest.raises(ProtocolError):
        parse(head + b"a: b\r\n" * HEADER_LINES_MAX + b"a: b\r\n\r\n")


def test_the_length_of_a_message_has_a_bound():
    head = b"OPTIONS sip:us@192.0.2.1 SIP/2.0\r\na: b\r\n\r\n"
    assert parse(head.ljust(MESSAGE_BYTES_MAX))
    with pytest.raises(FramingError):
        parse(head.ljust(MESSAGE_BYTES_MAX + 1))


def test_a_datagram_shorter_than_it_says_is_refused():
    with pytest.raises(ProtocolError, match="400"):
        parse(OPTIONS.replace(b"l: 2", b"l: 2000"))
