"""`dialcart orders`: what was ordered, one order, an order moved on, all as CSV or JSON."""

from __future__ import annotations

import csv
import io
import json
import time
from pathlib import Path

import typer

from center.orders.number import order_serial
from center.orders.order import OrderError, PlacedOrder, Status
from center.ports import StoreError
from commands.buyers_number import readings
from commands.logs import on_one_line
from commands.shards.homes import is_there, stores_of
from commands.shop_clocks import ShopClocks
from flows.render import money
from flows.settings import CURRENCY_DECIMALS
from store.sqlite import SqliteStore

COLUMNS = [
    "seller",
    "number",
    "status",
    "placed",
    "total",
    "paid",
    "currency",
    "vouched",
    "buyer",
    "channel",
    "address",
    "lines",
]
"""Of CSV, and names in JSON."""

FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula."""


def orders(
    database: Path,
    seller: str | None,
    number: str | None,
    buyer: str | None,
    status: str | None,
    to: str | None,
    output: str,
    limit: int,
) -> int:
    """List orders, show one, or move one on; the exit status."""
    if not is_there(database):
        typer.echo(f"there is no database {database}; `dialcart serve` makes one", err=True)
        return 1
    try:
        wanted = Status(status) if status else None
        target = Status(to) if to else None
    except ValueError:
        typer.echo(
            f"`{status or to}` is no state of an order; write one of {', '.join(Status)}", err=True
        )
        return 2
    buyers = readings(buyer) if buyer else (None,)
    stores: list[SqliteStore] = []
    try:
        stores = stores_of(database, seller)
        if seller is not None and seller not in stores[0].published():
            typer.echo(f"{seller} is not published here", err=True)
            return 1
        if number is not None:
            # As it is typed from hearing it.
            number = number.upper()
            order_serial(number)
        if target is not None:
            if not seller or not number:
                typer.echo("name the order: --seller noodles --number A0001", err=True)
                return 2
            found = [stores[0].advance_order(seller, number, target, int(time.time()))]
        else:
            # Of every shard the newest; of all of them the newest again.
            found: list[PlacedOrder] = []
            for one in buyers:
                found = found or [
                    order
                    for store in stores
                    for order in store.orders(seller, wanted, number, one, limit)
                ]
            if len(stores) > 1:
                found = sorted(found, key=lambda order: -order.placed_at)[:limit]
        clocks = ShopClocks(stores)
        rows = [_row(order, clocks.tell(order.seller, order.placed_at)) for order in found]
    except (OrderError, LookupError, StoreError, ValueError) as error:
        typer.echo(str(error), err=True)
        return 1
    finally:
        for store in stores:
            store.close()
    if number is not None and not found:
        typer.echo(f"there is no order {number}{f' of {seller}' if seller else ''}", err=True)
        return 1
    typer.echo(_written(found, rows, output), nl=False)
    return 0


def _written(found: list[PlacedOrder], rows: list[dict[str, object]], output: str) -> str:
    if output == "json":
        return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
    if output == "csv":
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS)
        writer.writeheader()
        for order, row in zip(found, rows, strict=True):
            # The one cell in a buyer's own words; a sheet would run them, and a terminal too.
            address = _inert(on_one_line(order.address))
            writer.writerow({**row, "address": address, "lines": _lines(order)})
        return text.getvalue()
    if not rows:
        return "no orders\n"
    return "".join(
        f"{row['placed']}  {row['seller']:<10} {row['number']:<7} {row['status']:<10} "
        f"{row['total']:>9} {row['currency']}{_paid(order, row)}  {row['buyer']}  {_lines(order)}  {on_one_line(order.address)}\n"
        for order, row in zip(found, rows, strict=True)
    )


def _paid(order: PlacedOrder, row: dict[str, object]) -> str:
    """What is not to be asked for at the door."""
    return f", {row['paid']} paid" if order.paid else ""


def _inert(text: str) -> str:
    """Text that no spreadsheet runs as a formula; it shows an apostrophe before it."""
    return f"'{text}" if text.lstrip().startswith(FORMULA_SIGNS) else text


def _lines(order: PlacedOrder) -> str:
    return ", ".join(f"{line.code}x{line.quantity} {line.name}" for line in order.lines)


def _row(order: PlacedOrder, placed: str) -> dict[str, object]:
    decimals = CURRENCY_DECIMALS.get(order.currency, 2)
    return {
        "seller": order.seller,
        "number": order.number,
        "status": str(order.status),
        "placed": placed,
        "total": money(order.total, decimals),
        "paid": money(order.paid, decimals),
        "currency": order.currency,
        "vouched": str(order.vouched) if order.vouched is not None else None,
        "buyer": order.buyer,
        "channel": order.channel,
        "address": order.address,
        "lines": [
            {
                "code": line.code,
                "name": line.name,
                "quantity": line.quantity,
                "price": money(line.price, decimals),
            }
            for line in order.lines
        ],
    }
