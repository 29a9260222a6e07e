"""PDUs round trip, agree with smpplib, and refuse what SMPP does not allow."""

import contextlib
import struct

import pytest
import smpplib.command
import smpplib.consts
import smpplib.smpp
from hypothesis import given
from hypothesis import strategies as st

from sms.smpp import pdu as p
from sms.smpp.errors import FramingError, ProtocolError
from sms.smpp.tlv import Tag, find, find_integer, find_text

DELIVER = p.DeliverSm(
    sequence=7,
    source=p.Address("13800138000", 1, 1),
    destination=p.Address("10690001", 3, 0),
    esm_class=0x40,
    data_coding=8,
    message="牛肉面".encode("utf-16-be"),
    tlvs=((Tag.USER_MESSAGE_REFERENCE, b"\0\1"), (0x1401, b"vendor")),
)

latin = st.characters(min_codepoint=1, max_codepoint=255)


def text(longest: int) -> st.SearchStrategy[str]:
    return st.text(latin, max_size=longest - 1)


addresses = st.builds(p.Address, text(21), st.integers(0, 255), st.integers(0, 255))
octet = st.integers(0, 255)
tlvs = st.lists(st.tuples(st.integers(0, 0xFFFF), st.binary(max_size=40)), max_size=5).map(tuple)
sequences = st.integers(1, 0x7FFFFFFF)
messages = {
    "sequence": sequences,
    "service_type": text(6),
    "source": addresses,
    "destination": addresses,
    "esm_class": octet,
    "protocol_id": octet,
    "priority": octet,
    "schedule": text(17),
    "validity": text(17),
    "registered_delivery": octet,
    "replace_if_present": octet,
    "data_coding": octet,
    "default_message": octet,
    "message": st.binary(max_size=254),
    "tlvs": tlvs,
}
ids = {"sequence": sequences, "status": st.integers(0, 0xFFFFFFFF), "message_id": text(65)}
pdus = st.one_of(
    st.builds(p.SubmitSm, **messages),
    st.builds(p.DeliverSm, **messages),
    st.builds(p.SubmitSmResp, **ids, tlvs=tlvs),
    st.builds(p.DeliverSmResp, **ids),
    st.builds(
        p.Bind,
        sequence=sequences,
        command=st.sampled_from([p.BIND_RECEIVER, p.BIND_TRANSMITTER, p.BIND_TRANSCEIVER]),
        system_id=text(16),
        password=text(9),
        system_type=text(13),
        interface_version=octet,
    ),
    st.builds(p.EnquireLink, sequence=sequences),
    st.builds(p.EnquireLinkResp, sequence=sequences),
    st.builds(p.Unbind, sequence=sequences),
    st.builds(p.GenericNack, sequence=sequences, status=octet),
    st.builds(p.QuerySm, sequence=sequences, message_id=text(65), source=addresses),
    st.builds(p.QuerySmResp, sequence=sequences, message_id=text(65), final_date=text(17)),
    st.builds(p.CancelSm, sequence=sequences, message_id=text(65), source=addresses),
    st.builds(p.ReplaceSm, sequence=sequences, message=st.binary(max_size=254)),
    st.builds(p.DataSm, sequence=sequences, source=addresses, tlvs=tlvs),
    st.builds(p.AlertNotification, sequence=sequences, source=addresses, tlvs=tlvs),
    st.builds(p.Outbind, sequence=sequences, system_id=text(16), password=text(9)),
)


@given(pdus)
def test_what_is_written_is_read_back(pdu: p.Pdu) -> None:
    assert p.decode(p.encode(pdu)) == pdu


@given(st.binary(max_size=120))
def test_any_bytes_are_a_pdu_or_a_protocol_error(data: bytes) -> None:
    framed = struct.pack(">I", len(data) + 4) + data
    try:
        pdu = p.decode(framed)
    except ProtocolError:
        return
    assert isinstance(pdu, p.Pdu)


@given(pdus, st.data())
def test_a_pdu_cut_short_or_changed_never_crashes(pdu: p.Pdu, data: st.DataObject) -> None:
    frame = bytearray(p.encode(pdu))
    at = data.draw(st.integers(4, len(frame) - 1))
    frame[at] = data.draw(octet)
    short = frame[: data.draw(st.integers(16, len(frame)))]
    short[:4] = struct.pack(">I", len(short))
    with contextlib.suppress(ProtocolError):
        assert isinstance(p.decode(bytes(short)), p.Pdu)


class SmpplibClient:
    """What smpplib wants to number its PDUs with."""

    def next_sequence(self) -> int:
        return 9


def test_smpplib_reads_what_we_write() -> None:
    frame = p.encode(DELIVER)
    read = smpplib.smpp.parse_pdu(frame, client=SmpplibClient(), allow_unknown_opt_params=True)
    assert read.command == "deliver_sm"
    assert read.sequence == 7
    assert read.source_addr == b"13800138000"
    assert read.destination_addr == b"10690001"
    assert read.short_message == DELIVER.message
    assert read.data_coding == 8


def test_we_read_what_smpplib_writes() -> None:
    written = smpplib.smpp.make_pdu(
        "submit_sm",
        client=SmpplibClient(),
        source_addr_ton=smpplib.consts.SMPP_TON_ALNUM,
        source_addr="Shop",
        dest_addr_ton=smpplib.consts.SMPP_TON_INTL,
        destination_addr="13800138000",
        short_message=b"hello",
        registered_delivery=True,
    ).generate()
    read = p.decode(written)
    assert isinstance(read, p.SubmitSm)
    assert read.source.digits == "Shop"
    assert read.destination == p.Address("13800138000", 1, 0)
    assert read.message == b"hello"
    assert read.registered_delivery == 1


def test_unknown_commands_status_and_parameters_are_kept() -> None:
    odd = p.Unknown(sequence=3, status=0x00000401, command=0x00010200, body=b"\x01\x02")
    assert p.decode(p.encode(odd)) == odd
    read = p.decode(p.encode(DELIVER))
    assert isinstance(read, p.DeliverSm)
    assert find(read.tlvs, 0x1401) == b"vendor"
    assert find_integer(read.tlvs, Tag.USER_MESSAGE_REFERENCE) == 1
    assert find_text(((Tag.RECEIPTED_MESSAGE_ID, b"ab\0"),), Tag.RECEIPTED_MESSAGE_ID) == "ab"


def test_what_does_not_fit_is_not_sent() -> None:
    p.encode(p.SubmitSm(message=b"x" * 254))
    with pytest.raises(ValueError, match="use message_payload"):
        p.encode(p.SubmitSm(message=b"x" * 255))
    with pytest.raises(ValueError, match="does not fit in 20 characters"):
        p.encode(p.SubmitSm(source=p.Address("1" * 21)))
    with pytest.raises(ValueError, match="does not fit"):
        p.encode(p.Bind(system_id="a\0b"))


def test_a_length_that_cannot_be_closes() -> None:
    with pytest.raises(FramingError):
        p.decode(b"\0\0\0\x08")
    with pytest.raises(FramingError):
        p.decode(p.HEADER.pack(99, p.ENQUIRE_LINK, 0, 1))
