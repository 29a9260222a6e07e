"""Who is answered, and which orders are placed, confirmed or refused."""

import pytest
from msgspec.structs import replace

from center.contact import ContactKey
from center.limits.guard import CODES_PER_SENDER_MAX, Guard, Placing, Spent, Verdict
from center.limits.policy import Policies, Policy
from center.limits.tally import CODES, MESSAGES, ORDERS, ORDERS_WINDOW_S, SENDER, Counted

NOW = 1_000_000


def guard_of(**limits: object) -> Guard:
    return Guard(Policies(Policy(**limits)), b"secret")  # type: ignore[arg-type]


def order(total: int = 100, *, buyer: str = "13800138000", seller: str = "shop") -> Spent:
    return Spent(seller, buyer, "CNY", total, NOW)


def admit(
    guard: Guard, buyer: str, seller: str = "shop", text: str = "2", at: int = NOW
) -> Verdict:
    return guard.admit(ContactKey(seller, buyer, "sms"), text, at)


def test_a_sender_past_the_limit_is_told_once_and_then_not_answered() -> None:
    guard = guard_of(messages_per_sender=2)
    verdicts = [admit(guard, "13800138000") for _ in range(5)]
    assert verdicts == [Verdict.TAKE] * 2 + [Verdict.TELL] + [Verdict.IGNORE] * 2
    assert admit(guard, "13800138001") is Verdict.TAKE
    assert guard.counters.messages_refused == {"messages_per_sender": 3}


@pytest.mark.parametrize(
    ("limit", "others"),
    [("messages_per_prefix", ["13800138001", "13800138002"]), ("messages_per_seller", ["2", "3"])],
)
def test_many_senders_of_one_range_or_to_one_seller_are_not_answered(
    limit: str, others: list[str]
) -> None:
    guard = guard_of(messages_per_sender=9, **{limit: 2})
    verdicts = [admit(guard, buyer) for buyer in ["13800138000", *others]]
    assert verdicts == [Verdict.TAKE, Verdict.TAKE, Verdict.IGNORE]
    assert guard.counters.messages_refused == {limit: 1}


def test_without_limits_nobody_is_counted() -> None:
    guard = Guard()
    assert {admit(guard, "1") for _ in range(1_000)} == {Verdict.TAKE}
    assert guard.judge(order(10**12)) is Placing.PLACE


def test_an_order_over_the_value_is_confirmed_first() -> None:
    guard = guard_of(confirm_over={"CNY": 500})
    assert guard.judge(order(500)) is Placing.PLACE
    assert guard.judge(order(501)) is Placing.ASK_CODE
    assert guard.judge(replace(order(501), currency="KES")) is Placing.PLACE
    calling = guard_of(confirm_over={"CNY": 500}, confirm_by="call back")
    assert calling.judge(order(501)) is Placing.CALL_BACK


def test_many_small_orders_are_worth_as_much_as_a_large_one() -> None:
    guard = guard_of(confirm_over={"CNY": 500})
    for _ in range(5):
        assert guard.judge(order()) is Placing.PLACE
        guard.placed(order())
    assert guard.judge(order(1)) is Placing.ASK_CODE
    assert guard.judge(order(1, seller="another")) is Placing.ASK_CODE
    assert guard.judge(order(1, buyer="13800138001")) is Placing.PLACE
    assert guard.judge(replace(order(), at=NOW + 2 * ORDERS_WINDOW_S)) is Placing.PLACE


def test_what_was_confirmed_does_not_count_against_the_next_order() -> None:
    guard = guard_of(confirm_over={"CNY": 500})
    guard.placed(order(900), is_vouched=True)
    assert guard.judge(order(500)) is Placing.PLACE
    again = guard_of(confirm_over={"CNY": 500})
    again.restore([(order(900), True), (order(300), True), (order(400), False)])
    assert again.judge(order(100)) is Placing.PLACE
    assert again.judge(order(101)) is Placing.ASK_CODE


def test_codes_that_do_not_come_back_are_not_sent_without_end() -> None:
    guard = guard_of(confirm_over={"CNY": 500})
    for turn in range(CODES_PER_SENDER_MAX):
        assert guard.judge(order(501)) is Placing.ASK_CODE
        guard.ask(order(501), str(turn))
    assert guard.judge(order(501)) is Placing.CALL_BACK
    assert guard.judge(order(501, buyer="13800138001")) is Placing.ASK_CODE
    guard.came_back(order(501))
    assert guard.judge(order(501)) is Placing.ASK_CODE
    assert guard.judge(order(501), ((CODES, SENDER, 1),)) is Placing.CALL_BACK
    assert guard.judge(order(100)) is Placing.PLACE
    assert guard.judge(order(100), (("CNY unconfirmed", SENDER, 401),)) is Placing.ASK_CODE


@pytest.mark.parametrize(
    ("limits", "other"),
    [
        ({"spend_per_sender": {"CNY": 250}}, {"seller": "another"}),
        ({"spend_per_prefix": {"CNY": 250}}, {"buyer": "13800138999"}),
        ({"spend_per_seller": {"CNY": 250}}, {"buyer": "15900000000"}),
        ({"orders_per_sender": 2}, {"seller": "another"}),
    ],
)
def test_more_than_a_days_worth_is_refused(
    limits: dict[str, object], other: dict[str, str]
) -> None:
    guard = guard_of(**limits)
    for _ in range(2):
        assert guard.judge(order()) is Placing.PLACE
        guard.placed(order())
    assert guard.judge(order(**other)) is Placing.REFUSE  # type: ignore[arg-type]
    assert guard.counters.orders_refused == dict.fromkeys(limits, 1)
    later = replace(order(), at=NOW + 2 * ORDERS_WINDOW_S)
    assert guard.judge(later) is Placing.PLACE


def test_what_a_batch_did_not_keep_is_taken_back() -> None:
    guard = guard_of(orders_per_sender=1)
    guard.begin()
    guard.placed(order())
    assert guard.judge(order()) is Placing.REFUSE
    guard.begin()
    assert guard.judge(order()) is Placing.PLACE
    guard.placed(order())
    guard.keep()
    guard.begin()
    assert guard.judge(order()) is Placing.REFUSE


def test_a_message_of_a_batch_that_was_not_kept_counts_once() -> None:
    guard = guard_of(messages_per_sender=1)
    for _ in range(3):
        guard.begin()
        assert admit(guard, "13800138000") is Verdict.TAKE
    guard.keep()
    guard.begin()
    assert admit(guard, "13800138000") is Verdict.TELL


def test_a_batch_over_the_end_of_a_window_that_was_not_kept_takes_back_no_more_than_it_counted() -> (
    None
):
    """It left the sender with nothing counted, who could send as many again."""
    guard = guard_of(messages_per_sender=5)
    for _ in range(5):
        guard.begin()
        assert admit(guard, "13800138000", at=599) is Verdict.TAKE
        guard.keep()
    guard.begin()
    assert admit(guard, "13800138000", at=599) is Verdict.TELL
    admit(guard, "13800138000", at=600)
    guard.begin()
    assert admit(guard, "13800138000", at=600) is Verdict.TELL


def test_what_a_batch_counted_is_told_by_the_second_in_which_it_came() -> None:
    """One batch may span two, and two windows with them."""
    guard = guard_of(messages_per_sender=9)
    told: list[Counted] = []
    guard.kept = told.extend
    guard.begin()
    for at in (599, 599, 600):
        admit(guard, "13800138000", at=at)
    guard.keep()
    assert told == [
        Counted(MESSAGES, SENDER, 599, {"13800138000": 2}),
        Counted(MESSAGES, SENDER, 600, {"13800138000": 1}),
    ]


def test_each_limit_on_messages_holds_without_the_others() -> None:
    for limit in ("messages_per_prefix", "messages_per_seller"):
        guard = guard_of(messages_per_sender=0, **{limit: 1})
        assert [admit(guard, "13800138000") for _ in range(2)] == [Verdict.TAKE, Verdict.IGNORE]


def test_who_counts_over_several_places_is_told_what_was_kept() -> None:
    guard = guard_of(messages_per_sender=9, messages_per_seller=9, spend_per_sender={"CNY": 900})
    told: list[Counted] = []
    guard.kept = told.extend
    guard.restore([(order(50), False)])
    guard.begin()
    admit(guard, "13800138000")
    guard.begin()
    admit(guard, "13800138000")
    guard.placed(order())
    assert told == []
    guard.keep()
    assert told == [
        Counted(MESSAGES, SENDER, NOW, {"13800138000": 1}),
        Counted("CNY", SENDER, NOW, {"13800138000": 100}),
    ]
    assert [(one.what, one.whose, one.amounts) for one in guard.counts()] == [
        (MESSAGES, SENDER, {"13800138000": 1}),
        ("CNY", SENDER, {"13800138000": 150}),
    ]


def test_what_came_elsewhere_counts_with_what_came_here() -> None:
    guard = guard_of(messages_per_sender=3, orders_per_sender=2, spend_per_sender={"CNY": 300})
    where = ContactKey("shop", "13800138000", "sms")
    assert guard.admit(where, "2", NOW, ((MESSAGES, SENDER, 2),)) is Verdict.TAKE
    assert guard.admit(where, "2", NOW, ((MESSAGES, SENDER, 2),)) is Verdict.TELL
    assert guard.judge(order(), ((ORDERS, SENDER, 1), ("CNY", SENDER, 200))) is Placing.PLACE
    assert guard.judge(order(), ((ORDERS, SENDER, 2),)) is Placing.REFUSE
    assert guard.judge(order(), (("CNY", SENDER, 201),)) is Placing.REFUSE


def test_orders_of_earlier_runs_count() -> None:
    guard = guard_of(spend_per_sender={"CNY": 150})
    guard.restore([(order(), False)])
    assert guard.judge(order()) is Placing.REFUSE


def test_a_seller_may_have_limits_of_its_own() -> None:
    policies = Policies(Policy(confirm_over={"CNY": 1}), {"shop": Policy()})
    guard = Guard(policies, b"secret")
    assert guard.judge(order()) is Placing.PLACE
    assert guard.judge(order(seller="another")) is Placing.ASK_CODE


def test_a_code_is_its_keys_and_its_secrets_alone() -> None:
    guard = guard_of()
    code = guard.code("shop/1/sms/1/3")
    assert len(code) == 6
    assert code.isdecimal()
    assert guard.is_code("shop/1/sms/1/3", f"code {code[:3]} {code[3:]}")
    assert not guard.is_code("shop/1/sms/1/4", code)
    assert not Guard(None, b"other").is_code("shop/1/sms/1/3", code)
    assert guard.is_code("shop/1/sms/1/3", code.translate({48 + n: 0x660 + n for n in range(10)}))
