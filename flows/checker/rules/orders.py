"""O603, O604, O605, O606: what must be certain before an order is placed."""

from __future__ import annotations

from collections.abc import Iterator

from flows import program as p
from flows.checker.rule import Finding, rule
from flows.checker.subject import Subject
from flows.checker.ways.facts import ADDRESS, AGREED, CART, FRESH, facts_of


@rule("O603", "order-without-cart", "error")
def order_without_cart(subject: Subject) -> Iterator[Finding]:
    """An order can be placed with nothing in the cart.

    What it does
    Follows every way to `place order`, from `anywhere` too, and looks whether each has an `add`, a `set cart`, or a
    question whether the cart is empty, with no `empty cart` after it.

    Why
    No order is placed, and the buyer is led to `when failed`.

    Example
    ```flow
    step start
      menu 请选择：
        1 结账  -> check_out
        2 再见  -> bye

    step check_out
      place order
        when sold out -> bye
        when failed -> bye
      goodbye

    step bye
      goodbye
    ```

    Write instead
    ```flow
    catalog
      item 1 price 2.50 stock 5 苹果

    step start
      ask what as product of catalog
      add 1 of what to cart
      menu 共{{ cart.total|money }}
        1 结账  -> check_out
        2 再见  -> bye

    step check_out
      place order
        when sold out -> bye
        when failed -> bye
      goodbye

    step bye
      goodbye
    ```
    """
    yield from _without(
        subject,
        CART,
        "some way leads here with nothing in the cart",
        "write `if cart.is_empty -> step` before, or `[if not cart.is_empty]` at the option that leads here",
    )


@rule("O604", "order-without-address", "error")
def order_without_address(subject: Subject) -> Iterator[Finding]:
    """An order can be placed that nobody knows where to deliver.

    What it does
    In a flow that asks for an address, follows every way to `place order` and looks whether each has
    `set buyer.address`, or a question whether the buyer has one.

    Why
    The order goes out without an address, and somebody has to ring the buyer.

    Example
    ```flow
    catalog
      item 1 price 2.50 stock 5 苹果

    step start
      ask what as product of catalog
      add 1 of what to cart
      ask place as address
        confirm
      menu {{ place }}，{{ cart.total|money }}
        1 结账  -> check_out
        2 再见  -> bye

    step check_out
      place order
        when sold out -> bye
        when failed -> bye
      goodbye

    step bye
      goodbye
    ```

    Write instead
    ```flow
    catalog
      item 1 price 2.50 stock 5 苹果

    step start
      ask what as product of catalog
      add 1 of what to cart
      ask place as address
        confirm
      set buyer.address = place
      menu {{ place }}，{{ cart.total|money }}
        1 结账  -> check_out
        2 再见  -> bye

    step check_out
      place order
        when sold out -> bye
        when failed -> bye
      goodbye

    step bye
      goodbye
    ```
    """
    if any(isinstance(node, p.Ask) and node.type == "address" for node in subject.program.nodes):
        yield from _without(
            subject,
            ADDRESS,
            "some way leads here on which the buyer's address is not known",
            "write `set buyer.address = ...` after asking for it, on every way",
        )


@rule("O605", "order-without-confirm", "warning")
def order_without_confirm(subject: Subject) -> Iterator[Finding]:
    """An order can be placed before the buyer has heard what it costs and agreed.

    What it does
    Follows every way to `place order`, and looks whether after the last change of the cart a text shows `cart` or an
    amount of money, and a question or a payment comes after it.

    Why
    Buyers who did not know the price send the goods back.

    Example
    ```flow
    catalog
      item 1 price 2.50 stock 5 苹果

    step start
      ask what as product of catalog
      add 1 of what to cart
      place order
        when sold out -> bye
        when failed -> bye
      goodbye

    step bye
      goodbye
    ```

    Write instead
    ```flow
    catalog
      item 1 price 2.50 stock 5 苹果

    step start
      ask what as product of catalog
      add 1 of what to cart
      menu {{ cart.summary }}，共{{ cart.total|money }}
        1 下单  -> order
        2 算了  -> bye

    step order
      place order
        when sold out -> bye
        when failed -> bye
      goodbye

    step bye
      goodbye
    ```
    """
    yield from _without(
        subject,
        AGREED,
        "some way leads here on which the buyer was not told the total and asked",
        "put a menu before it: `menu {{ cart.summary }}, {{ cart.total|money }}`, with an option that leads here",
    )


@rule("O606", "double-order", "error")
def double_order(subject: Subject) -> Iterator[Finding]:
    """A way leads from a placed order to `place order` again with the same cart.

    What it does
    Follows every way onward from `place order`, and looks whether the cart is changed before the next one.

    Why
    The same cart is never ordered twice: the buyer is led to `when failed` after a good order.

    Example
    ```flow
    catalog
      item 1 price 2.50 stock 5 苹果

    step start
      ask what as product of catalog
      add 1 of what to cart
      -> order

    step order
      menu 共{{ cart.total|money }}
        1 下单  -> place
        2 算了  -> bye

    step place
      place order
        when sold out -> bye
        when failed -> bye
      say 订单{{ order.number }}
      -> order

    step bye
      goodbye
    ```

    Write instead
    ```flow
    catalog
      item 1 price 2.50 stock 5 苹果

    step start
      ask what as product of catalog
      add 1 of what to cart
      -> order

    step order
      menu 共{{ cart.total|money }}
        1 下单  -> place
        2 算了  -> bye

    step place
      place order
        when sold out -> bye
        when failed -> bye
      say 订单{{ order.number }}
      -> bye

    step bye
      goodbye
    ```
    """
    yield from _without(
        subject,
        FRESH,
        "some way leads here again after an order, with the same cart",
        "lead buyers to `goodbye` after the order, or write `empty cart` before they choose anew",
    )


def _without(subject: Subject, fact: int, message: str, help_text: str) -> Iterator[Finding]:
    facts = facts_of(subject)
    for index, node in enumerate(subject.program.nodes):
        if isinstance(node, p.PlaceOrder) and not facts.holds(index, fact):
            yield Finding(subject.compiled.spans[index], message, help_text)
