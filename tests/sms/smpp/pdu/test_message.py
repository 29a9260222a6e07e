"""submit_sm and deliver_sm: short forms, and lengths that are not as they say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.smpp import pdu as p
from sms.smpp.bind import BindMachine
from sms.smpp.errors import ProtocolError
from sms.smpp.events import Delivered, Event, Receipted
from sms.smpp.pdu import message
from sms.smpp.state import State
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


@pytest.mark.parametrize("answers", [[], [(7, 0)], [(7, 0), (0x7FFFFFFF, 0)], [(5, 0x64), (7, 0)]])
def test_the_commonest_answers_are_written_as_any_other(answers: list[tuple[int, int]]) -> None:
    each = [p.DeliverSmResp(sequence=sequence, status=status) for sequence, status in answers]
    assert p.encode_deliver_sm_resps(answers) == b"".join(map(p.encode, each))


def test_only_so_many_addresses_are_kept() -> None:
    for number in range(message.ADDRESSES_MAX + 1):
        pdu = p.SubmitSm(destination=p.Address(str(number)))
        assert p.decode(p.encode(pdu)) == pdu
    for kept in (message._SEEN, message._PACKED):  # noqa: SLF001  # nothing else shows what is kept
        assert 0 < len(kept) <= message.ADDRESSES_MAX


RECEIPT = p.DeliverSm(
    sequence=7,
    source=p.Address("13800138000", 1, 1),
    destination=p.Address("1069", 3, 0),
    esm_class=4,
    message=b"id:1 stat:DELIVRD",
)


SAID = p.DeliverSm(
    sequence=7,
    source=p.Address("13800138000", 1, 1),
    destination=p.Address("1069", 3, 0),
    data_coding=8,
    message="2 份牛肉面".encode("utf-16-be"),
)


def read(data: bytes) -> list[Event]:
    """What a bind tells of it, where it lies or decoded."""
    return BindMachine("esme", 0.0, state=State.BOUND_TRX).receive(data, 0.0)


@pytest.mark.parametrize(
    ("pdu", "told"),
    [(RECEIPT, Receipted([(7, RECEIPT.message)] * 2)), (SAID, Delivered([SAID] * 2))],
)
def test_what_phones_send_is_read_where_it_lies(
    pdu: p.DeliverSm, told: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = p.encode(pdu)
    monkeypatch.setattr(p, "decode", None)
    assert read(2 * frame) == [told]


@given(
    st.sampled_from([RECEIPT, SAID]),
    st.dictionaries(st.integers(16, 69), st.integers(0, 255), max_size=4),
    st.integers(16, 69),
)
def test_what_is_read_so_is_what_decoding_gives(
    pdu: p.DeliverSm, changed: dict[int, int], size: int
) -> None:
    frame = bytearray(p.encode(pdu))
    for place, octet in changed.items():
        frame[place % len(frame)] = octet
    cut = bytes(frame[:size] if size % 2 else frame)
    cut = p.HEADER.pack(len(cut), p.DELIVER_SM, 0, 7) + cut[16:]
    try:
        decoded = p.decode(cut)
    except ProtocolError:
        assert read(cut) == []
        return
    [told] = read(cut)
    assert isinstance(decoded, p.DeliverSm)
    if isinstance(told, Receipted):
        assert (decoded.esm_class, decoded.tlvs) == (4, ())
        assert told == Receipted([(7, decoded.message)])
    else:
        assert told == Delivered([decoded])


@pytest.mark.parametrize("esm_class", [0, 4])
def test_both_readers_take_a_text_of_254_octets_and_neither_one_of_255(esm_class: int) -> None:
    longest = p.DeliverSm(sequence=7, esm_class=esm_class, message=bytes(254))
    frame = bytearray(p.encode(longest))
    told = Receipted([(7, longest.message)]) if esm_class else Delivered([longest])
    assert read(bytes(frame)) == [told]
    frame[-255] = 255
    frame += b"\0"
    frame[:4] = len(frame).to_bytes(4)
    assert read(bytes(frame)) == []
    with pytest.raises(ProtocolError) as caught:
        p.decode(bytes(frame))
    assert caught.value.status == Status.INVMSGLEN


def test_a_body_without_its_pdu_is_that_of_the_pdu() -> None:
    pdu = p.SubmitSm(
        source=p.Address("1069", 3),
        destination=p.Address("138", 1, 1),
        esm_class=0x40,
        registered_delivery=1,
        data_coding=8,
        message=b"ab",
        tlvs=((0x020C, b"12"),),
    )
    addresses = p.submit_addresses(pdu.source, pdu.destination)
    rest = p.submit_rest(
        b"ab",
        data_coding=8,
        esm_class=0x40,
        registered_delivery=1,
        tlvs=pdu.tlvs,
    )
    assert p.encode(pdu)[16:] == addresses + rest
    with pytest.raises(ValueError, match="at most 254"):
        p.submit_rest(bytes(255), data_coding=8)
    with pytest.raises(ValueError, match="20 characters"):
        p.submit_addresses(pdu.source, p.Address("1" * 21))
