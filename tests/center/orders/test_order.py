from itertools import product

import pytest

from center.orders.order import TRANSITIONS, OrderError, Status, advance


@pytest.mark.parametrize(("status", "to"), list(product(Status, Status)))
def test_every_arrow_of_the_table_and_no_other_can_be_taken(status: Status, to: Status) -> None:
    if to in TRANSITIONS[status]:
        assert advance(status, to) is to
    else:
        with pytest.raises(OrderError, match=f"an order that is {status} cannot become {to}"):
            advance(status, to)


def test_every_state_can_be_reached() -> None:
    reached = {Status.PLACED}
    while len(reached) < len(Status):
        more = {to for status in reached for to in TRANSITIONS[status]} | reached
        assert more != reached
        reached = more
