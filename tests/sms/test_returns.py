"""When all has come again that was lost with a connection."""

from dataclasses import dataclass

from sms.held import HOLD_S
from sms.returns import UNKNOWN_S, Returns


@dataclass
class Heard:
    """A connection that is there."""

    bound_at: float = 0.0
    heard_at: float = 0.0
    bound: bool = True


def hear(returns: Returns, links: list[Heard], by: Heard, now: float) -> None:
    by.heard_at = now
    returns.heard(links, now)


def test_all_has_come_when_something_is_heard_a_second_after_the_next_bind() -> None:
    returns, link = Returns(), Heard(bound_at=10.5)
    returns.lost(10.0, is_known=True)
    hear(returns, [link], link, 10.5 + HOLD_S - 0.01)
    assert not returns.have_come(10.0)
    hear(returns, [link], link, 10.5 + HOLD_S)
    assert returns.have_come(10.0)
    assert not returns.have_come(12.0)


def test_what_is_on_its_way_by_a_silent_bind_may_come_yet() -> None:
    returns, links = Returns(), [Heard(), Heard()]
    returns.lost(10.0, is_known=True)
    hear(returns, links, links[0], 15.0)
    assert not returns.have_come(10.0)
    hear(returns, links, links[1], 15.1)
    assert returns.have_come(10.0)


def test_a_bind_that_is_not_accepted_yet_is_waited_for() -> None:
    returns, links = Returns(), [Heard(), Heard(bound=False)]
    returns.lost(10.0, is_known=True)
    hear(returns, links, links[0], 15.0)
    hear(returns, links, links[1], 15.1)
    assert not returns.have_come(10.0)


def test_where_the_carrier_may_not_know_of_a_loss_nothing_is_said_for_a_minute() -> None:
    returns, link = Returns(), Heard()
    returns.lost(10.0, is_known=False)
    returns.lost(11.0, is_known=True)
    hear(returns, [link], link, 10.0 + UNKNOWN_S - 0.01)
    assert not returns.have_come(10.0)
    hear(returns, [link], link, 10.0 + UNKNOWN_S)
    assert returns.have_come(11.0)


def test_a_bind_that_is_new_again_does_not_bring_what_was_lost_before_the_last() -> None:
    returns, link = Returns(), Heard(bound_at=10.5)
    returns.lost(10.0, is_known=True)
    assert returns.are_coming([link], 10.0, 11.4)
    hear(returns, [link], link, 12.0)
    returns.lost(12.5, is_known=True)
    # Its replies went out by the bind between; who reads the same now may be a buyer who answers one.
    other = Heard(bound_at=13.0)
    assert not returns.are_coming([other], 10.0, 13.1)
    assert returns.are_coming([other], 12.5, 13.1)


def test_what_comes_by_several_binds_at_once_has_come_a_second_after_the_last_of_it() -> None:
    returns, links = Returns(), [Heard(), Heard()]
    returns.lost(10.0, is_known=True)
    returns.came_again(10.9)
    hear(returns, links, links[0], 11.0)
    # By the other there is more of it on its way.
    hear(returns, links, links[1], 11.1)
    assert not returns.have_come(10.0)
    hear(returns, links, links[0], 10.9 + HOLD_S)
    hear(returns, links, links[1], 10.9 + HOLD_S)
    assert returns.have_come(10.0)
    returns.came_again(12.0)
    assert returns.have_come(10.0)
