"""What many sellers ask for and cannot have is told in few lines."""

from flows.compiler import compile_flow
from flows.folder import flow_of
from gateway.partner import Partner
from gateway.service_names import SHOWN_MAX, ServiceNames
from tests.end_to_end.asking import ASKING


def program_of(text: str = ASKING):
    return compile_flow(flow_of("points", text)[0]).program


def test_sellers_of_one_template_are_one_line() -> None:
    names = ServiceNames([])
    program = program_of()
    for number in range(40_000):
        names.add(f"shop{number}", program)
    first, second = names.missing()
    assert first.startswith("shop0, shop1, shop2 and 39997 more ask for crm.look_up, which fails")
    assert "crm.note" in second


def test_at_the_bound_all_are_told_and_past_it_how_many_more() -> None:
    names = ServiceNames([])
    for number in range(SHOWN_MAX // 2):
        names.add("shop", program_of(ASKING.replace("crm", f"crm{number}")))
    assert len(list(names.missing())) == SHOWN_MAX
    names.add("shop", program_of())
    *shown, last = names.missing()
    assert len(shown) == SHOWN_MAX
    assert last == "2 more that flows ask for are not set"


def test_who_takes_payments_is_told_of_the_service_that_they_need() -> None:
    paying = ASKING.replace(
        "step hello\n",
        "step hello\n  pay 18.00\n    when declined -> start\n    when failed -> start\n",
    )
    names = ServiceNames([Partner("crm", "https://a", {"look_up": "a", "note": "b"})])
    names.add("points", program_of(paying))
    [told] = [*names.missing(), *names.unused()]
    assert told.startswith("points asks for payment.pay, which fails at once: no [[service]] is")
    assert told.endswith('called payment; write [[service]] with name = "payment"')


def test_what_is_set_and_asked_for_is_not_told() -> None:
    names = ServiceNames([Partner("crm", "https://a", {"look_up": "a", "note": "b"})])
    names.add("points", program_of())
    assert [*names.missing(), *names.unused()] == []
