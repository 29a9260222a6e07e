"""What an order came to, and what is said while it is awaited."""

from tests.flows.shops import Visitor, machine_of


def test_what_is_sold_out_is_named_and_the_flow_goes_on() -> None:
    visitor = Visitor(machine_of())
    visitor.says("西瓜 2", "1")
    heard = visitor.learns("sold out", missing="2")
    assert heard == ["大西瓜没有了", "要什么？"]
    assert visitor.session is not None
    assert visitor.session.cart == ()


def test_a_late_outcome_moves_nobody() -> None:
    visitor = Visitor(machine_of())
    visitor.opens()
    before = visitor.at
    assert visitor.learns("ok", number="A9") == []
    assert visitor.at == before


def test_a_text_while_an_outcome_is_awaited_is_asked_to_wait() -> None:
    visitor = Visitor(machine_of())
    visitor.says("苹果 2", "1")
    assert visitor.says("好了吗") == ["正在处理，请稍候。"]
    assert visitor.at == "place.order1"


def test_who_calls_again_while_an_outcome_is_awaited_does_not_begin_anew() -> None:
    visitor = Visitor(machine_of())
    visitor.says("苹果 2", "1")
    assert visitor.opens() == ["正在处理，请稍候。"]
    assert visitor.learns("ok", number="A1", eta="x")[0].startswith("订单A1")


def test_an_outcome_is_waited_for_longer_than_a_session_lasts_but_no_longer_than_a_day() -> None:
    visitor = Visitor(machine_of())
    visitor.says("苹果 2", "1")
    visitor.now += 2 * 3600 + 1
    assert visitor.says("好了吗") == ["正在处理，请稍候。"]
    visitor.now += 86_401
    assert visitor.says("好了吗") == ["要什么？"]
