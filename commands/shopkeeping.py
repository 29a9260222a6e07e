"""`dialcart stock`, `messages`, `texts`, `talks` and `buyer`: what a seller looks after day by day."""

from __future__ import annotations

import time
from pathlib import Path

import typer

from center.text_news import Stage
from commands.buyers_number import readings, what_to_write
from commands.logs import masked, on_one_line
from commands.seller_store import seller_store
from commands.shop_clocks import ShopClocks
from flows.catalog import read_stock
from flows.render import money
from flows.settings import CURRENCY_DECIMALS
from grammars.phones import mask_phone
from store.sqlite import SqliteStore

CODES_SHOWN_MAX = 10
LAST_ORDERS_SHOWN_MAX = 5
TEXT_SHOWN_MAX = 40
"""Characters of a text, or of why a carrier would not have it."""


def stock(seller: str, changes: list[str], database: Path) -> int:
    """Show what is left, or count it anew (`101=40`); the exit status."""
    with seller_store(database, seller) as store:
        if not _is_here(store, seller):
            return 1
        known = store.stock(seller)
        counted: list[tuple[str, int]] = []
        for change in changes:
            code, equals, left = change.partition("=")
            if not equals:
                typer.echo(
                    f"`{change}` is not understood; write CODE=COUNT, such as 101=40", err=True
                )
                return 2
            if code not in known:
                there = ", ".join(sorted(known)[:CODES_SHOWN_MAX])
                typer.echo(f"{seller} has no product {code}; its codes are {there}", err=True)
                return 2
            try:
                counted.append((code, read_stock(left)))
            except ValueError as error:
                typer.echo(str(error), err=True)
                return 2
        for code, number in counted:
            store.set_stock(seller, code, number)
        for code, left in sorted(store.stock(seller).items()):
            typer.echo(f"{code:<12} {left:>8}")
    return 0


def _is_here(store: SqliteStore, seller: str) -> bool:
    """Whether a seller was ever published; told where not, since a slip would read like a seller without anything."""
    is_here = seller in store.published()
    if not is_here:
        typer.echo(f"{seller} is not published here", err=True)
    return is_here


def messages(seller: str, limit: int, database: Path) -> int:
    """What buyers left for the seller; the exit status."""
    with seller_store(database, seller) as store:
        if not _is_here(store, seller):
            return 1
        clocks, found = ShopClocks([store]), store.messages(seller, limit)
        if not found:
            typer.echo("no messages")
        for _, buyer, text, at in found:
            when = clocks.tell(seller, at, "minutes")
            typer.echo(f"{when}  {buyer}  {on_one_line(text)}")
    return 0


def texts(seller: str, number: str | None, *, failed: bool, limit: int, database: Path) -> int:
    """Texts to phones and what became of them; the exit status."""
    with seller_store(database, seller) as store:
        if not _is_here(store, seller):
            return 1
        numbers = readings(number) if number else ()
        clocks, addresses = ShopClocks([store]), dict[str, tuple[str, ...]]()
        shown = 0
        for sent in store.texts(seller):
            to = sent.text.destination
            if (numbers and to not in numbers) or (failed and sent.stage is not Stage.FAILED):
                continue
            if to not in addresses:
                known = store.buyer(seller, to)
                addresses[to] = known.addresses if known is not None else ()
            when = clocks.tell(seller, sent.text.at)
            said = _masked(sent.text.text, addresses[to])
            why = _beginning(on_one_line(sent.reason))
            typer.echo(f"{when}  {mask_phone(to):<12} {sent.stage.word:<9} {why:<12} {said}")
            shown += 1
            if shown >= limit:
                break
        if not shown:
            typer.echo("no texts")
    return 0


def _masked(text: str, addresses: tuple[str, ...]) -> str:
    """The beginning of a text, without addresses, and without runs of digits that may be numbers or codes."""
    said = " ".join(text.split())
    for address in addresses:
        said = said.replace(address, "…")
    return _beginning(masked(said))


def _beginning(text: str) -> str:
    return text if len(text) <= TEXT_SHOWN_MAX else text[: TEXT_SHOWN_MAX - 1] + "…"


def talks(seller: str, limit: int, database: Path) -> int:
    """Logged conversations as transcripts that `dialcart replay` takes as they are; the exit status."""
    with seller_store(database, seller) as store:
        if not _is_here(store, seller):
            return 1
        found = store.talks(seller, limit)
        if not found:
            # On the other stream, as what is printed here is kept as a transcript.
            typer.echo("no talks", err=True)
        for buyer, channel, serial, _, lines in found:
            typer.echo(f"# {mask_phone(buyer)} by {channel}, session {serial}")
            typer.echo("\n".join(map(on_one_line, lines.split("\n"))) + "\n")
    return 0


def buyer(seller: str, number: str, *, leave: bool, database: Path) -> int:
    """What is known of a buyer; with `leave` nobody writes to them unasked from now on. The exit status."""
    with seller_store(database, seller) as store:
        written = number
        for number in readings(written):
            known = store.buyer(seller, number)
            found = store.orders(seller, buyer=number, limit=LAST_ORDERS_SHOWN_MAX)
            if known is not None or found:
                break
        else:
            told = f"nobody with the number {written} is known to {seller}"
            typer.echo(told + what_to_write(written), err=True)
            return 1
        if leave:
            known = store.opt_out(seller, number, int(time.time()))
        if known is not None:
            for name, value in (
                ("name", known.name),
                ("language", known.language),
                *(("address", address) for address in known.addresses),
                ("messages", "none unasked: said STOP" if known.opted_out else ""),
            ):
                if value:
                    typer.echo(f"{name:<9} {on_one_line(value)}")
        clocks = ShopClocks([store])
        for order in found:
            when = clocks.tell(seller, order.placed_at, "minutes")
            total = money(order.total, CURRENCY_DECIMALS.get(order.currency, 2))
            typer.echo(f"order     {order.number} {order.status}, {when}, {total} {order.currency}")
    return 0
