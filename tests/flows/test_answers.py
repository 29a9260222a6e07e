"""What readers of answers take from the shop that asks."""

import pytest

from flows.answers import reader, slot_reader
from flows.program import CHANNELS, Ask
from flows.turn import Turn
from tests.flows.shops import SHOP, program_of

ASKS = """
step start
  ask number as phone
    say 电话？
  goodbye

step take
  goodbye

step agent
  goodbye
"""


@pytest.mark.parametrize(
    ("currency", "phone"), [("CNY", None), ("KES", "+254712345678"), ("EUR", "0712345678")]
)
def test_a_number_without_a_country_is_read_as_it_is_dialled_at_the_shop(
    currency: str, phone: str | None
) -> None:
    program = program_of(ASKS, SHOP.replace("  channels", f"  currency {currency}\n  channels", 1))
    [ask] = [node for node in program.nodes if isinstance(node, Ask)]
    assert reader(ask, program)(Turn(), "0712 345 678") == phone
    assert slot_reader("phone", program)(Turn(), "0712 345 678") == phone


@pytest.mark.parametrize(
    ("channel", "said", "amount"),
    [
        ("voice", "18*50", 1850),
        ("voice", "18*5", 1850),
        ("voice", "18*", 1800),
        ("ussd", "0*05", 5),
        ("voice", "18*500", None),
        ("voice", "1*8*5", None),
        ("sms", "18*50", None),
        ("sms", "18.50", 1850),
    ],
)
def test_a_star_among_keys_is_the_decimal_point_of_an_amount(
    channel: str, said: str, amount: int | None
) -> None:
    program = program_of(ASKS.replace("as phone", "as money"))
    [ask] = [node for node in program.nodes if isinstance(node, Ask)]
    turn = Turn()
    turn.channel = CHANNELS.index(channel)
    assert reader(ask, program)(turn, said) == amount
