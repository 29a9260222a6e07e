"""A shop that takes orders and messages by telephone."""

from tests.flows.noodle_shop import noodle_shop

FLOW = noodle_shop(
    """
step start
  say Welcome.
  -> main

step main
  menu What now?
    1 Order -> order
    2 Leave a message -> message

step order
  ask dish as product of catalog
    say Which dish?
  ask qty as number 1..20
    say How many {{ dish.name }}?
  add qty of dish to cart
  ask addr as address
    say Say where to, then press hash.
  set buyer.address = addr
  menu {{ cart.total|money }} to {{ buyer.address }}.
    1 Confirm -> place
    2 Cancel -> bye

step message
  ask note as text
    say Leave a message.
  tell shop {{ note }}
  -> bye
""",
    defaults="""
defaults
  no input after 6s
  tries 3 then -> bye
""",
    placed="  send sms Order {{ order.number }} is placed.\n",
)
