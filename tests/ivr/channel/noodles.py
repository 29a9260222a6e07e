"""A shop that takes orders and messages by telephone."""

FLOW = """\
flow 1

shop Noodles
  number 400-800-1234
  sms code 1069
  languages en
  currency CNY
  channels voice, sms

defaults
  no input after 6s
  tries 3 then -> bye

catalog
  item 101 price 18.00 stock 40 Beef noodles | beef

anywhere
  0 person -> bye
  * start over -> start

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

step place
  place order
    when sold out -> bye
    when failed -> bye
  say Order {{ order.number }} is placed.
  send sms Order {{ order.number }} is placed.
  -> bye

step message
  ask note as text
    say Leave a message.
  tell shop {{ note }}
  -> bye

step bye
  say Goodbye.
  goodbye
"""
