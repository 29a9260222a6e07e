"""An order by voice is confirmed with keys, and nothing of it happens before."""

from center.contact import Arrival, ContactKey
from center.limits.codes import Answer, read_answer
from center.limits.guard import CODE_S_MAX, CODE_TRIES_MAX, Guard
from center.limits.policy import Policies, Policy
from center.reply import Reply
from center.shops import Shops
from center.turns import take_turns
from flows.inputs import HungUp, Input, Keys, Opened, Silence, Speech, Text
from flows.packed import fingerprint
from store.memory import MemoryStore
from tests.flows.shops import NOON, program_of

BUYER = ContactKey("shop", "13800138000", "voice")


class Call:
    """A buyer on the telephone, in the core alone."""

    def __init__(self, buyer: ContactKey = BUYER) -> None:
        self.buyer = buyer
        self.store = MemoryStore()
        program = program_of()
        self.store.publish("shop", program, NOON)
        self.shops = Shops({"shop": fingerprint(program)}, self.store.program)
        self.guard = Guard(Policies(Policy(confirm_over={"CNY": 499})), b"secret")
        self.stamp = 0

    def give(self, given: Input, after_s: int = 0) -> Reply:
        self.stamp += 1
        arrival = Arrival(self.buyer, given, "4008001234", "", b"", self.stamp, NOON + after_s)
        with self.store.batch([arrival]) as batch:
            changes = take_turns([arrival], batch.world, self.shops, guard=self.guard)
            batch.commit(changes)
        self.guard.keep()
        [reply] = changes.replies
        assert reply is not None
        return reply

    def order(self) -> str:
        """Go to where an order for 5.00 waits for its code."""
        for given in (Opened(), Keys("1#"), Keys("2#")):
            self.give(given)
        reply = self.give(Keys("1"))
        assert reply.expected is not None
        assert (reply.expected.type, reply.expected.digits_max) == ("digits", 6)
        [awaited] = self.store.awaited()
        return self.guard.code(awaited.key)

    def texts(self) -> list[str]:
        return [text.text for _, text in self.store.waiting_texts(0, 10)]


def test_the_code_goes_by_sms_and_comes_back_by_keys() -> None:
    call = Call()
    code = call.order()
    assert any(code in text for text in call.texts())
    assert call.store.orders() == []
    reply = call.give(Keys(f"{code}#"))
    assert reply.ended
    assert [order.number for order in call.store.orders()] == ["A0001"]


def test_what_is_said_to_the_buyer_does_not_hold_the_code() -> None:
    call = Call()
    code = call.order()
    said = "".join(text for text, _ in call.give(Silence()).said())
    assert "6位验证码" in said
    assert code not in said


def test_a_buyer_who_hangs_up_may_call_again_and_type_it() -> None:
    call = Call()
    code = call.order()
    call.give(HungUp())
    call.give(Opened(), 60)
    call.give(Keys(f"{code}#"), 70)
    assert len(call.store.orders()) == 1


def test_who_withholds_their_number_is_not_asked_for_a_code_that_cannot_come() -> None:
    call = Call(ContactKey("shop", "anonymous", "voice"))
    for given in (Opened(), Keys("1#"), Keys("2#"), Keys("1")):
        reply = call.give(given)
    # The flow's own way when an order fails.
    assert [text for text, _ in reply.said()] == ["再见"]
    assert (call.store.awaited(), call.store.orders(), call.texts()) == ([], [], [])
    [(_, _, told, _)] = call.store.messages("shop")
    assert told.startswith("[not confirmed] 2x1, 5.00")


def test_a_wrong_code_is_no_silence() -> None:
    call = Call()
    call.order()
    for given in (Silence(), Silence(), Keys("1#"), Silence(), Silence()):
        assert not call.give(given).ended
    [awaited] = call.store.awaited()
    assert (awaited.tries, awaited.silences) == (1, 2)
    assert call.give(Silence()).ended
    # Whoever is asked in the last minute is not sent away: their next silence is the flow's to answer.
    assert not call.give(Silence(), CODE_S_MAX - 30).ended


def test_what_an_answer_comes_to() -> None:
    call = Call()
    code = call.order()
    [awaited] = call.store.awaited()

    def read(given: Input, now: int = NOON, tries: int = 0) -> Answer:
        from msgspec.structs import replace

        return read_answer(replace(awaited, tries=tries), given, now, call.guard)

    assert read(Text(f" {code} ")) is Answer.RIGHT
    assert read(Speech(code)) is Answer.RIGHT
    assert read(Text("000000" if code != "000000" else "1")) is Answer.WRONG
    assert read(Text("no"), tries=CODE_TRIES_MAX - 1) is Answer.OVER
    assert read(Text(code), tries=CODE_TRIES_MAX - 1) is Answer.RIGHT
    assert read(Text(code), NOON + CODE_S_MAX) is Answer.RIGHT
    assert read(Text(code), NOON + CODE_S_MAX + 1) is Answer.OVER
    assert read(Keys("0#")) is Answer.OVER
    assert read(Silence()) is Answer.NOTHING
