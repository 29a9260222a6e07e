"""submit_sm and deliver_sm: short forms, and lengths that are not as they say."""

import pytest

from sms.smpp import pdu as p
from sms.smpp.errors import ProtocolError
from sms.smpp.pdu import message
from sms.smpp.status import Status


def test_a_response_without_a_body_is_read() -> None:
    frame = p.HEADER.pack(16, p.SUBMIT_SM | p.RESPONSE, Status.THROTTLED, 5)
    assert p.decode(frame) == p.SubmitSmResp(sequence=5, status=Status.THROTTLED)


def test_a_message_that_says_more_bytes_than_it_has_is_refused() -> None:
    frame = bytearray(p.encode(p.SubmitSm(sequence=4, message=b"abc")))
    frame[-4] = 200
    with pytest.raises(ProtocolError) as caught:
        p.decode(bytes(frame))
    assert (caught.value.status, caught.value.sequence) == (Status.INVMSGLEN, 4)


def test_the_commonest_answer_is_written_as_any_other() -> None:
    assert p.encode_deliver_sm_resp(5, 0x64) == p.encode(p.DeliverSmResp(sequence=5, status=0x64))


def test_only_so_many_addresses_are_kept() -> None:
    for number in range(message.ADDRESSES_MAX + 1):
        pdu = p.SubmitSm(destination=p.Address(str(number)))
        assert p.decode(p.encode(pdu)) == pdu
    for kept in (message._SEEN, message._PACKED):  # noqa: SLF001  # nothing else shows what is kept
        assert 0 < len(kept) <= message.ADDRESSES_MAX
