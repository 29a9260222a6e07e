"""Dialogs where things go wrong: what comes twice, by another connection, or from a dialog that was given up."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import pytest

from center.batch import TurnBatch
from center.limits.policy import Policies, Policy
from center.routing import Routes
from center.shops import Shops
from center.taken import Fate, Taken
from sms import piece
from sms.carrier import Carrier
from sms.channel import SmsChannel
from sms.smpp import pdu as p
from sms.smpp.status import Status
from sms.smpp.tlv import Tag
from sms.submission import Settlement, Submission
from sms.ussd import dialogs
from sms.ussd.channel import UssdChannel
from sms.ussd.dialogs import CLOSED_S_MAX, IDLE_S_MAX
from sms.ussd.profile import PROFILES, STANDARD, Move
from store.memory import MemoryStore
from tests.flows.shops import NOON, ORDER, SHOP, program_of
from tests.sms.channels import later

PROGRAM = program_of(
    ORDER, SHOP.replace("  sms code 1069\n", "  sms code 1069\n  ussd code *106#\n")
)
PHONE = p.Address("13800138000")


class Line:
    """A connection that remembers answers and screens. A screen is asked; `hears` says that the carrier has all so far."""

    def __init__(self) -> None:
        self.carrier = Carrier("carrier", "nowhere", 0, "us", "secret", ussd=STANDARD)
        self.esme = self
        self.alive = True
        self.asked = self.answered = self.returned = 0
        self.acknowledged: dict[int, int] = {}
        self.screens: list[tuple[str, object]] = []

    def came_again(self, stamp: int) -> None:
        """It is not known when all has."""

    def acknowledge(self, answers: Sequence[tuple[int, int]]) -> None:
        self.acknowledged.update(answers)

    def submit(self, submissions: Sequence[Submission]) -> None:
        for one in submissions:
            self.asked += 1
            pdu = p.decode(p.HEADER.pack(16 + len(one.body), p.SUBMIT_SM, 0, 1) + one.body)
            assert isinstance(pdu, p.SubmitSm)
            self.screens.append((pdu.message.decode("utf-16-be"), one.behind))

    def hears(self) -> None:
        self.answered = self.asked

    @property
    def shown(self) -> str:
        """The last screen's text."""
        return self.screens[-1][0]


class Open:
    """A shop, started on what is kept."""

    def __init__(self, store: MemoryStore | None = None) -> None:
        self.store = store or MemoryStore()
        if store is None:
            self.store.publish("shop", PROGRAM, NOON)
        self.now = 0.0
        self.clock = float(NOON)
        turns = TurnBatch(
            self.store, Shops(self.store.published(), self.store.program), later=later
        )
        routes = Routes([("shop", PROGRAM)])
        texts = SmsChannel(
            turns, self.store, routes, clock=lambda: self.clock, ticks=lambda: self.now
        )
        self.turns = turns
        self.redeliveries = texts.receiving.redeliveries
        self.ussd = UssdChannel(
            turns,
            routes,
            texts.receiving.redeliveries,
            later=later,
            clock=lambda: self.clock,
            ticks=lambda: self.now,
        )

    def hear(
        self,
        line: Line,
        sequence: int,
        move: Move,
        text: str,
        dialog: int = 1,
        source: p.Address = PHONE,
    ) -> None:
        """A move, and no batch yet."""
        message = p.DeliverSm(
            sequence=sequence,
            service_type="USSD",
            source=source,
            destination=p.Address("*106#"),
            message=text.encode(),
            tlvs=STANDARD.phone(move, dialog),
        )
        heard = STANDARD.hear("USSD", message.tlvs)
        assert heard is not None
        self.ussd.received(cast("Any", line), message, heard)

    def take(self, *given: Any) -> None:
        """A move and the batch that takes it."""

        async def run() -> None:
            if given:
                self.hear(*given)
            self.turns.flush()

        asyncio.run(run())


def test_answers_that_the_carrier_has_are_let_go() -> None:
    shop, line = Open(), Line()
    for sequence, said in enumerate(("1", "3", "2"), 1):
        shop.take(line, sequence, Move.ANSWER, said)
        line.hears()
        assert len(shop.redeliveries) == 1


def test_an_answer_that_was_taken_before_a_crash_shows_where_the_session_is() -> None:
    shop, line = Open(), Line()
    shop.take(line, 1, Move.DIAL, "*106#")
    line.hears()
    shop.take(line, 2, Move.ANSWER, "1")
    assert line.shown == "要几个？"
    # Nothing of what followed reached the carrier, which brings the answer again.
    again, line = Open(shop.store), Line()
    again.take(line, 1, Move.ANSWER, "1")
    assert line.shown == "要几个？"
    line.hears()
    again.take(line, 2, Move.ANSWER, "3")
    assert line.shown.startswith("共7.50")


def test_an_answer_behind_one_that_was_taken_before_a_crash_is_read_where_it_was_given() -> None:
    shop, line = Open(), Line()
    for sequence, said in enumerate(("1", "3"), 1):
        shop.take(line, sequence, Move.ANSWER, said)
        line.hears()
    assert line.shown.startswith("共7.50")
    # The phone has read that, and answered; the carrier brings the answer before it once more, and then this one.
    again, line = Open(shop.store), Line()
    again.take(line, 1, Move.ANSWER, "3")
    again.take(line, 2, Move.ANSWER, "2")
    # "Start again" it would be, where the buyer is asked whether to go on.
    assert line.shown == "要什么？"
    line.hears()
    for sequence, said in enumerate(("1", "2"), 3):
        again.take(line, sequence, Move.ANSWER, said)
        line.hears()
    assert line.shown.startswith("共12.50")


def order(shop: Open, line: Line) -> None:
    """Three apples, by answers alone."""
    for sequence, said in enumerate(("1", "3", "1"), 1):
        shop.take(line, sequence, Move.ANSWER, said)
        line.hears()


def test_an_answer_that_had_placed_an_order_before_a_crash_tells_of_it() -> None:
    shop, line = Open(), Line()
    order(shop, line)
    number = shop.store.orders("shop")[0].number
    assert line.shown.startswith(f"订单{number}")
    again, line = Open(shop.store), Line()
    again.take(line, 1, Move.ANSWER, "1")
    assert line.shown == f"订单{number}已下单。"
    assert again.ussd.open_dialogs == 0
    again.take(line, 2, Move.DIAL, "*106#", 2)
    assert line.shown == "要什么？"


def test_an_order_of_long_ago_is_not_told_of() -> None:
    shop, line = Open(), Line()
    order(shop, line)
    again, line = Open(shop.store), Line()
    again.clock += 3_600
    again.take(line, 1, Move.ANSWER, "1")
    again.take()
    assert line.shown == "要什么？"


def test_an_answer_whose_screen_was_lost_with_its_connection_is_not_read_at_the_next_question() -> (
    None
):
    shop, one, other = Open(), Line(), Line()
    shop.take(one, 1, Move.DIAL, "*106#")
    one.hears()
    shop.take(one, 2, Move.ANSWER, "1")
    assert one.screens[-1] == ("要几个？", one)
    one.alive = False
    shop.take(other, 1, Move.ANSWER, "1")
    assert other.acknowledged == {1: Status.OK}
    # The screen comes again with what its connection lost (sms.lost), and is not shown twice.
    assert other.screens == []
    shop.take(other, 2, Move.ANSWER, "3")
    assert other.shown.startswith("共7.50")


@pytest.mark.parametrize("is_taken", [False, True])
def test_a_screen_that_is_on_its_way_is_not_lost_with_a_shard(is_taken: bool) -> None:
    shop, one, other = Open(), Line(), Line()
    shop.take(one, 1, Move.DIAL, "*106#")
    one.hears()
    shop.take(one, 2, Move.ANSWER, "1")
    dialog = shop.ussd._dialogs.of(("carrier", PHONE.digits))  # noqa: SLF001
    shop.ussd.settled([Settlement(dialog, "screen", 0)] * (2 if is_taken else 1))
    one.alive = False

    async def fall() -> None:
        shop.hear(other, 1, Move.ANSWER, "1")
        fallen = shop.turns._entries.pop()  # noqa: SLF001
        shop.ussd.taken([Taken(fallen.ticket, Fate.UNKNOWN, fallen.arrival)])

    asyncio.run(fall())
    shop.take(other, 2, Move.ANSWER, "1")
    shop.take()
    # What the phone cannot have answered yet is not asked in other words.
    assert len(other.screens) == is_taken


def test_a_clock_that_is_set_forward_drops_no_dialog() -> None:
    shop, one, other = Open(), Line(), Line()
    shop.take(one, 1, Move.DIAL, "*106#")
    one.hears()
    shop.take(one, 2, Move.ANSWER, "1")
    one.alive = False
    shop.clock += 3_600
    shop.take(other, 1, Move.ANSWER, "1")
    shop.take()
    # The screen of this dialog is on its way, and nobody is asked whether to go on.
    assert other.screens == []
    assert shop.ussd.counters.dropped == 0
    shop.now += IDLE_S_MAX + 1
    shop.take(other, 2, Move.ANSWER, "3")
    assert shop.ussd.counters.dropped == 1


def test_the_same_key_at_two_menus_over_two_connections_is_two_answers() -> None:
    shop, one, other = Open(), Line(), Line()
    shop.take(one, 1, Move.DIAL, "*106#")
    one.hears()
    shop.take(one, 2, Move.ANSWER, "1")
    one.hears()
    shop.take(other, 1, Move.ANSWER, "1")
    assert other.shown.startswith("共2.50")


def test_an_answer_that_comes_twice_is_acknowledged_when_it_is_kept() -> None:
    shop, one, other = Open(), Line(), Line()
    shop.take(one, 1, Move.DIAL, "*106#")

    async def run() -> None:
        shop.hear(one, 2, Move.ANSWER, "1")
        shop.hear(other, 1, Move.ANSWER, "1")
        assert other.acknowledged == {}
        shop.turns.flush()

    asyncio.run(run())
    assert other.acknowledged == {1: Status.OK}
    assert one.shown == "要几个？"
    assert other.screens == []
    assert shop.ussd.counters.repeated == 1


def test_a_move_of_a_dialog_that_was_given_up_is_not_taken() -> None:
    shop, line = Open(), Line()
    shop.take(line, 1, Move.DIAL, "*106#", 1)
    shop.take(line, 2, Move.DIAL, "*106#", 2)
    line.hears()
    shop.take(line, 3, Move.ANSWER, "1", 1)
    shop.take(line, 4, Move.HANG_UP, "", 1)
    assert line.acknowledged == dict.fromkeys(range(1, 5), Status.OK)
    assert line.shown == "要什么？"
    assert shop.ussd.counters.late == 2
    shop.take(line, 5, Move.ANSWER, "1", 2)
    assert line.shown == "要几个？"


def test_a_late_move_of_an_earlier_dialog_is_no_answer_after_the_next_has_hung_up() -> None:
    shop, line = Open(), Line()
    shop.take(line, 1, Move.DIAL, "*106#", 1)
    shop.take(line, 2, Move.DIAL, "*106#", 2)
    shop.take(line, 3, Move.HANG_UP, "", 2)
    shop.take(line, 4, Move.ANSWER, "1", 1)
    assert line.acknowledged == dict.fromkeys(range(1, 5), Status.OK)
    assert len(line.screens) == 2
    assert shop.ussd.counters.late == 1
    # What the phone answered before it hung up, and was brought after, is its answer still.
    shop.take(line, 5, Move.ANSWER, "1", 2)
    shop.take()
    assert len(line.screens) == 3
    assert shop.ussd.open_dialogs == 1


def test_what_named_the_last_dialog_is_forgotten_after_a_while() -> None:
    shop, line = Open(), Line()
    shop.take(line, 1, Move.DIAL, "*106#", 1)
    shop.take(line, 2, Move.HANG_UP, "", 1)
    shop.now += CLOSED_S_MAX + 1
    shop.take(line, 3, Move.ANSWER, "1", 2)
    shop.take()
    assert shop.ussd.counters.late == 0
    assert shop.ussd.open_dialogs == 1


def test_the_phones_whose_last_dialog_is_remembered_are_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dialogs, "CLOSED_MAX", 1)
    shop, line = Open(), Line()
    for sequence, digits in enumerate(("13800138000", "13800138001")):
        phone = p.Address(digits)
        shop.take(line, 2 * sequence, Move.DIAL, "*106#", 1, phone)
        shop.take(line, 2 * sequence + 1, Move.HANG_UP, "", 1, phone)
        shop.take(line, 9, Move.ANSWER, "1", 2, phone)
        assert shop.ussd.counters.late == sequence + 1
    shop.take(line, 10, Move.ANSWER, "1", 2)
    assert shop.ussd.counters.late == 2
    assert shop.ussd.open_dialogs == 1


def test_a_seller_who_is_gone_is_not_asked_for_ever() -> None:
    shop, line = Open(), Line()
    shop.turns.shops = Shops({}, shop.store.program)
    shop.take(line, 1, Move.ANSWER, "1")
    shop.take()
    assert line.acknowledged == {1: Status.OK}
    assert line.screens == []


def test_a_message_that_cannot_be_read_is_refused_for_good_and_ends_no_connection(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> str:
        raise ValueError("13800138000")

    shop, line = Open(), Line()
    with monkeypatch.context() as broken:
        broken.setattr(piece, "read", fail)
        shop.take(line, 1, Move.DIAL, "*106#")
    assert line.acknowledged == {1: Status.X_R_APPN}
    assert shop.ussd.counters.unreadable == 1
    assert "ValueError" in caplog.text
    assert "13800138000" not in caplog.text
    shop.take(line, 2, Move.DIAL, "*106#")
    assert line.acknowledged[2] == Status.OK


@pytest.mark.parametrize(
    "source", [p.Address("BANK", ton=5), p.Address("95588"), p.Address("13800138000", ton=5)]
)
def test_who_is_no_phone_gets_no_dialog(source: p.Address) -> None:
    shop, line = Open(), Line()
    shop.take(line, 1, Move.DIAL, "*106#", 1, source)
    shop.take(line, 2, Move.ANSWER, "1", 1, source)
    assert line.acknowledged == {1: Status.OK, 2: Status.OK}
    assert line.screens == []
    assert shop.ussd.open_dialogs == 0
    assert shop.ussd.counters.not_phones == 2


def test_a_number_that_dials_again_has_one_dialog_and_goes_on_in_the_second() -> None:
    shop, line = Open(), Line()
    shop.take(line, 1, Move.DIAL, "*106#", 1)
    shop.take(line, 2, Move.DIAL, "*106#", 2)
    asked = line.shown
    assert shop.ussd.open_dialogs == 1
    shop.take(line, 3, Move.ANSWER, "1", 1)
    assert line.shown == asked
    assert shop.ussd.counters.late == 1
    shop.take(line, 4, Move.ANSWER, "1", 2)
    assert line.shown != asked
    shop.take(line, 5, Move.HANG_UP, "", 1)
    assert shop.ussd.open_dialogs == 1
    assert line.acknowledged == dict.fromkeys(range(1, 6), Status.OK)


def test_a_dialog_past_a_limit_ends_with_a_screen_that_says_so() -> None:
    shop, line = Open(), Line()
    shop.turns.guard.policies = Policies(Policy(ussd_per_sender=2))
    shop.take(line, 1, Move.DIAL, "*106#", 1)
    line.hears()
    shop.take(line, 2, Move.ANSWER, "1", 1)
    line.hears()
    shop.take(line, 3, Move.ANSWER, "3", 1)
    assert line.shown == "现在请求太多，请过一会儿再拨。"
    assert line.acknowledged == dict.fromkeys(range(1, 4), Status.OK)
    assert shop.ussd.open_dialogs == 0
    assert shop.ussd.counters.ended == 1
    # Choices that are dialled with the code count one by one.
    other = p.Address("13800138001")
    shop.take(line, 4, Move.DIAL, "*106*1*3*1#", 2, other)
    shop.take()
    shop.take()
    assert line.shown == "现在请求太多，请过一会儿再拨。"
    assert shop.ussd.open_dialogs == 0
    assert shop.store.orders() == []


def test_what_cannot_be_an_answer_moves_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """Each operation, with the text that would order, at the question that asks whether to."""
    shop, line = Open(), Line()
    for sequence, (move, said) in enumerate(
        [(Move.DIAL, "*106#"), (Move.ANSWER, "1"), (Move.ANSWER, "3")], 1
    ):
        shop.take(line, sequence, move, said)
        line.hears()
    asked, turns = line.shown, shop.turns.counters.turns
    strange = [op for op in range(256) if op not in (0, 1, 2, 18, 0x81)]

    async def run() -> None:
        for op in strange:
            message = p.DeliverSm(
                sequence=100 + op,
                service_type="USSD",
                source=PHONE,
                destination=p.Address("*106#"),
                message=b"1",
                tlvs=((Tag.USSD_SERVICE_OP, bytes((op,))), (Tag.ITS_SESSION_INFO, b"\x01\x00")),
            )
            heard = STANDARD.hear("USSD", message.tlvs)
            assert heard is not None
            shop.ussd.received(cast("Any", line), message, heard)
        shop.turns.flush()

    asyncio.run(run())
    assert (line.shown, shop.turns.counters.turns, shop.store.orders()) == (asked, turns, [])
    assert shop.ussd.open_dialogs == 1
    notices = {3, 16, 17, 19}
    assert {op: line.acknowledged[100 + op] for op in strange} == {
        op: Status.OK if op in notices else Status.INVOPTPARAMVAL for op in strange
    }
    assert shop.ussd.counters.notices == len(notices)
    assert shop.ussd.counters.unknown == len(strange) - len(notices)
    told = (
        "carrier: refused a deliver_sm with ussd_service_op 0x20: its profile has no such operation"
    )
    assert told in caplog.messages
    # And the answer is read where it was asked for.
    shop.take(line, 9, Move.ANSWER, "1")
    assert len(shop.store.orders()) == 1


@pytest.mark.parametrize(
    ("profile", "tag", "told"),
    [
        (
            "bare",
            Tag.ITS_SESSION_INFO,
            "its_session_info, which `standard`, `echo` and `tata` read",
        ),
        ("bare", Tag.USER_MESSAGE_REFERENCE, "user_message_reference, which `mica` reads"),
        ("bare", Tag.SOURCE_PORT, "source_port, which `port` reads"),
        ("bare", Tag.MESSAGE_STATE, ""),
        ("standard", Tag.SOURCE_PORT, ""),
    ],
)
def test_who_chose_a_profile_without_names_is_told_once_that_there_are_names(
    profile: str, tag: int, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    shop, line = Open(), Line()
    spoken = PROFILES[profile]
    line.carrier = Carrier("carrier", "nowhere", 0, "us", "secret", ussd=spoken)
    message = p.DeliverSm(
        service_type="USSD",
        source=PHONE,
        destination=p.Address("*106#"),
        message=b"*106#",
        tlvs=((Tag.USSD_SERVICE_OP, b"\x01"), (tag, b"\x07\x00")),
    )
    heard = spoken.hear("USSD", message.tlvs)
    assert heard is not None

    async def run() -> None:
        for _ in range(3):
            shop.ussd.received(cast("Any", line), message, heard)
        shop.turns.flush()

    asyncio.run(run())
    lines = [one for one in caplog.messages if "named in" in one]
    assert lines == (
        [
            f'carrier: dialogs seem to be named in {told}; with `ussd = "bare"` what comes late is read in the next dialog'
        ]
        if told
        else []
    )
