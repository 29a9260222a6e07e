"""Programs ready to run: few enough to fit, and nothing of those that made room stays."""

import gc
from typing import Any
from weakref import ref

import pytest
from msgspec.structs import replace

from center import shops
from center.shops import Shops
from flows.effects import Say
from flows.engine import begin, step
from flows.inputs import Buyer, Given, Opened, Text
from flows.machine import Machine
from flows.packed import decode, encode
from flows.program import Hours, Limits, Program
from tests.flows.shops import NOON, program_of

FIRST, SECOND = b"first...", b"second.."


def say(text: str) -> Given:
    return Given(Text(text), Buyer("13800138000"), {})


def open_shops() -> Shops:
    return Shops({"a": FIRST, "b": SECOND}, lambda _: program_of())


def test_a_program_that_made_room_is_gone_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shops, "MACHINES_MAX", 1)
    opened = open_shops()
    machine = opened.current("a")
    assert machine is not None
    session, _ = begin(machine, "sms", say("你好"), NOON)
    step(machine, session, say("苹果 2"), NOON)
    seen = ref(machine)
    del machine
    gc.disable()
    try:
        opened.current("b")
        assert seen() is None
    finally:
        gc.enable()


def test_a_program_that_is_used_again_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shops, "MACHINES_MAX", 2)
    loaded: list[bytes] = []

    def load(fingerprint: bytes) -> Program:
        loaded.append(fingerprint)
        return program_of()

    opened = Shops({}, load)
    for fingerprint in (FIRST, SECOND, FIRST, b"third...", FIRST):
        opened.machine(fingerprint)
    assert loaded == [FIRST, SECOND, b"third..."]
    opened.machine(SECOND)
    assert loaded[3:] == [SECOND]


def test_what_is_published_is_what_new_sessions_run() -> None:
    opened = open_shops()
    before = opened.current("a")
    opened.publish("a", SECOND)
    after = opened.current("a")
    assert before is not None
    assert after is not None
    assert (before.fingerprint, after.fingerprint) == (FIRST, SECOND)


def test_whoever_still_runs_on_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shops, "MACHINES_MAX", 1)
    opened = open_shops()
    machine = opened.current("a")
    assert machine is not None
    session, said = begin(machine, "sms", say("你好"), NOON)
    opened.current("b")
    again, said_again = begin(machine, "sms", say("你好"), NOON)
    assert (again, said_again) == (session, said)
    assert step(machine, session, say("苹果 2"), NOON)[0].turns == session.turns + 1


def test_a_program_is_known_by_its_fingerprint() -> None:
    machine = open_shops().machine(FIRST)
    assert machine is not None
    assert machine.fingerprint == FIRST


def test_sellers_who_say_the_same_have_it_once() -> None:
    program = program_of()
    a, b, other = [
        # As they come from a store.
        decode(encode(each))
        for each in (
            replace(program, name="a", codes={"sms": ("1069",)}),
            replace(program, name="b", codes={"sms": ("1070",)}),
            replace(program, name="other", shop_names=("别家", "Other")),
        )
    ]
    first = Machine(a)
    second, third = Machine(b, works=first.works), Machine(other, works=first.works)
    assert second.texts is first.texts
    assert second.shop is first.shop
    assert (second.program.name, second.program.codes) == ("b", {"sms": ("1070",)})
    assert third.texts is not first.texts
    assert third.shop.names == ("别家", "Other")


@pytest.mark.parametrize(
    "differs",
    [
        {"number": "400"},
        {"timezone": "Asia/Tokyo"},
        {"hours": Hours((((540, 1080),),) * 7, ())},
        {"limits": Limits(sms_session_s=60)},
        {"texts": ("另一句",) * len(program_of().texts)},
        {"products": program_of().products[:1]},
    ],
    ids=lambda differs: next(iter(differs)),
)
def test_sellers_who_differ_have_nothing_of_one_another(differs: dict[str, Any]) -> None:
    program = program_of()
    machine = Machine(program)
    other = Machine(replace(program, **differs), works=machine.works)
    assert other.works is machine.works
    assert other.texts is not machine.texts
    assert other.shop is not machine.shop


def shop_called(name: str) -> Program:
    """A seller of the template that all here are of: with a name, goods and prices of their own."""
    program = program_of()
    products = [
        replace(each, names=(f"{name}{each.code}",), phrases=(f"{name}{each.code}",), price=price)
        for each, price in zip(program.products, range(len(name), 99), strict=False)
    ]
    # As it comes from a store.
    return decode(encode(replace(program, name=name, products=tuple(products))))


def hears(machine: Machine, *words: str) -> list[str]:
    """What a buyer reads, who says this."""
    given = Given(Opened(), Buyer("13800138000"), {})
    session, said = begin(machine, "sms", given, NOON)
    for word in words:
        session, more = step(machine, session, say(word), NOON)
        said += more
    return [one.text for one in said if isinstance(one, Say)]


def test_sellers_of_one_template_share_its_works_and_nothing_of_their_own() -> None:
    programs = {FIRST: shop_called("甲"), SECOND: shop_called("乙乙")}
    opened = Shops({"a": FIRST, "b": SECOND}, programs.get)
    first, second = opened.current("a"), opened.current("b")
    assert first is not None
    assert second is not None
    assert first.works is second.works
    # Whoever comes first leaves nothing behind for the other.
    alone = {name: Machine(program) for name, program in programs.items()}
    for words in ((), ("下单",), ("甲1 2",), ("乙乙1 2",), ("甲1 2", "1"), ("乙乙1 2", "1")):
        assert hears(first, *words) == hears(alone[FIRST], *words)
        assert hears(second, *words) == hears(alone[SECOND], *words)
    assert hears(first, "甲1 2") != hears(second, "乙乙1 2") != hears(second, "甲1 2")


def test_works_go_with_the_last_seller_who_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shops, "MACHINES_MAX", 2)
    other = program_of(
        "step start\n  say 别的\n  goodbye\nstep take\n  goodbye\nstep agent\n  goodbye\n"
    )
    programs = {b"1": shop_called("甲"), b"2": shop_called("乙"), b"3": decode(encode(other))}
    opened = Shops({}, programs.get)
    first = opened.machine(b"1")
    assert first is not None
    works = ref(first.works)
    del first
    gc.disable()
    try:
        opened.machine(b"2")
        opened.machine(b"3")
        assert works() is not None
        opened.machine(b"1")
        assert works() is not None
        opened.machine(b"3")
        monkeypatch.setattr(shops, "MACHINES_MAX", 1)
        programs[b"4"] = programs[b"3"]
        opened.machine(b"4")
        assert works() is None
    finally:
        gc.enable()


def test_works_of_their_own_make_room_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shops, "WORKS_MAX", 1)
    opened = open_shops()
    machine = opened.current("a")
    assert machine is not None
    seen = ref(machine)
    del machine
    # It was compiled anew, so nothing of it is the other's.
    opened.current("b")
    assert seen() is None
