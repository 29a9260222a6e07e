"""A limit holds over several places as it does over one."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from center.contact import ContactKey
from center.limits import places as places_module
from center.limits.guard import Guard, Placing, Spent, Verdict
from center.limits.places import Places
from center.limits.policy import Policies, Policy
from center.limits.tally import (
    CODES,
    MESSAGES,
    MESSAGES_WINDOW_S,
    ORDERS,
    PREFIX,
    SCREENS,
    SENDER,
    Counted,
    Elsewhere,
    unconfirmed,
)

NOW = 86_400 * 12
"""The beginning of a window of each kind: of the one before, shares are rounded, and in each place by itself."""
BUYER = "13800138000"
POLICY = Policy(
    messages_per_sender=4,
    messages_per_prefix=6,
    orders_per_sender=2,
    spend_per_sender={"CNY": 500},
    spend_per_prefix={"CNY": 900},
)
POLICIES = Policies(POLICY, {"free": Policy(), "far": Policy(spend_per_prefix={"KES": 1})})


def contact(seller: str, buyer: str = BUYER) -> ContactKey:
    return ContactKey(seller, buyer, "sms")


def test_who_is_in_one_place_only_did_nothing_elsewhere() -> None:
    places = Places(Policies(Policy(messages_per_sender=4)), 3)
    places.add(1, [Counted(MESSAGES, SENDER, NOW, {BUYER: 1})])
    assert places.elsewhere(1, contact("a"), NOW) == ()
    assert places.elsewhere(0, contact("a"), NOW) == ((MESSAGES, SENDER, 1),)
    assert places.elsewhere(0, contact("a", "13900139000"), NOW) == ()


def test_what_is_dialled_and_answered_counts_over_places_as_it_does_in_one() -> None:
    policies = Policies(Policy(ussd_per_sender=3))
    assert policies.span_sellers
    places, guard = Places(policies, 2), Guard(policies)
    dialled = ContactKey("a", BUYER, "ussd")
    places.add(1, [Counted(SCREENS, SENDER, NOW, {BUYER: 2})])
    elsewhere = places.elsewhere(0, dialled, NOW)
    assert elsewhere == ((SCREENS, SENDER, 2),)
    told = [guard.admit(dialled, "1", NOW, elsewhere) for _ in range(3)]
    assert told == [Verdict.TAKE, Verdict.TELL, Verdict.IGNORE]
    assert places.elsewhere(0, dialled, NOW + 2 * MESSAGES_WINDOW_S) == ()


def test_only_what_a_seller_limits_is_told() -> None:
    places = Places(POLICIES, 2)
    places.add(
        1,
        [Counted(ORDERS, SENDER, NOW, {BUYER: 1}), Counted("CNY", PREFIX, NOW, {"13800138": 300})],
    )
    assert places.elsewhere(0, contact("free"), NOW) == ()
    assert places.elsewhere(0, contact("far"), NOW) == ()
    assert set(places.elsewhere(0, contact("a"), NOW)) == {
        (ORDERS, SENDER, 1),
        ("CNY", PREFIX, 300),
    }


def test_what_is_to_be_confirmed_counts_over_places_too() -> None:
    policies = Policies(
        Policy(confirm_over={"CNY": 500}),
        {"phones": Policy(confirm_over={"CNY": 500}, confirm_by="call back")},
    )
    assert policies.platform.spans_sellers
    places = Places(policies, 2)
    places.add(
        1,
        [
            Counted(CODES, SENDER, NOW, {BUYER: 5}),
            Counted(unconfirmed("CNY"), SENDER, NOW, {BUYER: 400}),
        ],
    )
    assert set(places.elsewhere(0, contact("a"), NOW)) == {
        (CODES, SENDER, 5),
        (unconfirmed("CNY"), SENDER, 400),
    }
    assert places.elsewhere(0, contact("phones"), NOW) == ((unconfirmed("CNY"), SENDER, 400),)


def test_a_place_that_begins_again_counts_what_it_tells_then() -> None:
    places = Places(POLICIES, 2)
    places.add(1, [Counted(ORDERS, SENDER, NOW, {BUYER: 2})])
    places.begin(1)
    places.add(1, [Counted(ORDERS, SENDER, NOW, {BUYER: 1})])
    assert places.elsewhere(0, contact("a"), NOW) == ((ORDERS, SENDER, 1),)


def test_senders_who_were_quiet_longest_give_way(monkeypatch) -> None:
    monkeypatch.setattr(places_module, "KEYS_MAX", 2)
    places = Places(POLICIES, 2)
    for buyer in ("1", "2", "1", "3"):
        places.add(1, [Counted(ORDERS, SENDER, NOW, {buyer: 1})])
    assert [bool(places.elsewhere(0, contact("a", buyer), NOW)) for buyer in "123"] == [
        True,
        False,
        True,
    ]


@dataclass
class Deed:
    """A text, or an order of so much, to one of two sellers."""

    seller: int
    buyer: str
    total: int
    later_s: int


deeds = st.lists(
    st.builds(
        Deed,
        st.integers(0, 1),
        st.sampled_from([BUYER, BUYER, "13800138001", "15900000000"]),
        st.sampled_from([0, 0, 100, 300]),
        st.sampled_from([0, 10]),
    ),
    max_size=50,
)


def judged(guard: Guard, deed: Deed, now: int, elsewhere: object = ()) -> Verdict | Placing:
    seller = f"seller {deed.seller}"
    guard.begin()
    if deed.total:
        order = Spent(seller, deed.buyer, "CNY", deed.total, now)
        placing = guard.judge(order, elsewhere)  # type: ignore[arg-type]
        if placing is Placing.PLACE:
            guard.placed(order)
        guard.keep()
        return placing
    verdict = guard.admit(contact(seller, deed.buyer), "2", now, elsewhere)  # type: ignore[arg-type]
    guard.keep()
    return verdict


def test_what_a_range_did_elsewhere_is_told_where_it_can_matter() -> None:
    places, prefix = Places(Policies(Policy(messages_per_prefix=6)), 2), "13800138"
    places.add(1, [Counted(MESSAGES, PREFIX, NOW, {prefix: 2})])
    places.add(0, [Counted(MESSAGES, PREFIX, NOW, {prefix: 1})])
    assert places.elsewhere(0, contact("a"), NOW, 2) == ()
    assert places.elsewhere(0, contact("a"), NOW, 3) == ((MESSAGES, PREFIX, 2),)
    places.add(0, [Counted(MESSAGES, PREFIX, NOW, {prefix: 3})])
    assert places.elsewhere(0, contact("a"), NOW, 0) == ((MESSAGES, PREFIX, 2),)


def test_what_a_range_did_is_told_where_a_clock_was_set_back() -> None:
    places, prefix = Places(Policies(Policy(messages_per_prefix=6)), 2), "13800138"
    places.add(1, [Counted(MESSAGES, PREFIX, NOW - 2, {prefix: 5})])
    places.add(0, [Counted(MESSAGES, PREFIX, NOW, {prefix: 1})])
    assert places.elsewhere(0, contact("a"), NOW - 1) == ((MESSAGES, PREFIX, 5),)


@given(deeds)
def test_two_places_judge_as_one_does(story: list[Deed]) -> None:
    one, spread = Guard(POLICIES), [Guard(POLICIES), Guard(POLICIES)]
    places = Places(POLICIES, 2)
    for place, guard in enumerate(spread):
        guard.kept = lambda counts, place=place: places.add(place, counts)
    now = NOW
    for deed in story:
        now += deed.later_s
        elsewhere = places.elsewhere(deed.seller, contact("any", deed.buyer), now)
        found = judged(spread[deed.seller], deed, now, elsewhere)
        assert found == judged(one, deed, now)


@given(
    st.lists(
        st.tuples(st.integers(0, 1), st.sampled_from([0, 0, 1, 200, 600, -700]), st.integers(0, 3)),
        max_size=60,
    )
)
def test_what_is_not_told_of_a_range_changes_no_verdict(story: list[tuple[int, int, int]]) -> None:
    """`places` knows how much is under way; `always` tells whatever came. Messages are judged later than they are brought."""
    policies = Policies(Policy(messages_per_prefix=4))
    guards, places, always = (
        (Guard(policies), Guard(policies)),
        Places(policies, 2),
        Places(policies, 2),
    )
    told: list[Counted] = []
    for guard in guards:
        guard.kept = told.extend
    under_way: list[list[tuple[int, Elsewhere, Elsewhere]]] = [[], []]
    now = NOW
    for place, later_s, taken in story:
        now += later_s
        own, what = under_way[place], contact("a")
        own.append(
            (
                now,
                places.elsewhere(place, what, now, len(own)),
                always.elsewhere(place, what, now, 9),
            )
        )
        other = place if taken & 1 else 1 - place
        for at, little, much in under_way[other][:taken]:
            guards[other].begin()
            without = guards[other].admit(what, "2", at, much)
            guards[other].begin()
            assert guards[other].admit(what, "2", at, little) is without
            guards[other].keep()
        del under_way[other][:taken]
        places.add(other, told)
        always.add(other, told)
        told.clear()
