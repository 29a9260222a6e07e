"""A noodle shop that tests of calls, of what is cut off and of what is killed order from."""

_HEAD = """\
flow 1

shop Noodles
  number 400-800-1234
  sms code 1069
  languages en
  currency CNY
  channels voice, sms
{defaults}
catalog
  item 101 price 18.00 stock {stock} Beef noodles | beef

anywhere
  0 person -> bye
  * start over -> start
"""
_BASKET = """
step start
  ask dish as product of catalog
    say Which dish?
  ask qty as number 1..{pieces_max}
    say How many?
  add qty of dish to cart
  set buyer.address = "12 Long Road"
  menu {{{{ cart.total|money }}}}.
    1 Confirm -> place
    2 Cancel -> bye
"""
_PLACE = """
step place
  place order
    when sold out -> bye
    when failed -> bye
  say Order {{ order.number }} is placed.
  -> bye

step bye
  say Goodbye.
  goodbye
"""


def noodle_shop(steps: str, *, defaults: str = "", stock: int = 40, placed: str = "") -> str:
    """A flow of these steps, which may lead to `place` and `bye`; `placed` are lines that follow the order."""
    ordering = _PLACE.replace("  -> bye\n", f"{placed}  -> bye\n")
    return _HEAD.format(defaults=defaults, stock=stock) + steps + ordering


def noodle_basket(*, stock: int = 40, pieces_max: int = 20) -> str:
    """The shortest way to an order: a dish, how many, and yes."""
    return noodle_shop(_BASKET.format(pieces_max=pieces_max), stock=stock)
