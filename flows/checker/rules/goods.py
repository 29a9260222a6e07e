"""O601, O602, O607: the catalog's prices, stock and names."""

from __future__ import annotations

from collections.abc import Iterator

from flows import syntax as s
from flows.catalog import read_price, read_stock
from flows.checker.rule import Finding, rule
from flows.checker.subject import Subject
from flows.compiler import phrases_of
from flows.diagnostic import parted
from grammars.folding import fold


@rule("O601", "bad-price", "error")
def bad_price(subject: Subject) -> Iterator[Finding]:
    """A product's price is missing or cannot be read.

    What it does
    Reads the price of every product, in the flow or in its sheet, as an amount of the shop's currency.

    Why
    Nobody can buy what has no price.

    Example
    ```flow
    catalog
      item 1 price 2.505 stock 5 苹果
    ```

    Write instead
    ```flow
    catalog
      item 1 price 2.50 stock 5 苹果
    ```
    """
    for item in subject.items:
        try:
            read_price(item.price, subject.program.decimals)
        except ValueError as error:
            yield _of(item, str(error), subject)


@rule("O602", "bad-stock", "error")
def bad_stock(subject: Subject) -> Iterator[Finding]:
    """A product's stock is missing, is not a whole number, or is larger than 999999999.

    What it does
    Reads the stock of every product, in the flow or in its sheet.

    Why
    Without it nobody knows when a product is sold out.

    Example
    ```flow
    catalog
      item 1 price 2.50 苹果
    ```

    Write instead
    ```flow
    catalog
      item 1 price 2.50 stock 5 苹果
    ```
    """
    for item in subject.items:
        try:
            read_stock(item.stock)
        except ValueError as error:
            yield _of(item, str(error), subject)


@rule("O607", "code-clash", "warning")
def code_clash(subject: Subject) -> Iterator[Finding]:
    """Two products share a name or a synonym.

    What it does
    Compares the names, synonyms and codes of all products, in all languages, without regard to width, case and spaces.

    Why
    A buyer who says it gets the first of the two, and may have meant the other.

    Example
    ```flow
    catalog
      item 101 price 18.00 stock 40 牛肉面 | 面
      item 102 price 15.50 stock 25 炸酱面 | 面
    ```

    Write instead
    ```flow
    catalog
      item 101 price 18.00 stock 40 牛肉面 | 牛肉
      item 102 price 15.50 stock 25 炸酱面 | 炸酱
    ```
    """
    taken: dict[str, s.Item] = {}
    codes = {fold(item.code): item for item in subject.items}
    told: set[tuple[str, str]] = set()
    for item in subject.items:
        for phrase in phrases_of(item.label):
            key = fold(phrase)
            before = taken.setdefault(key, item)
            other = codes.get(key, before)
            other = before if other is item else other
            if other.code != item.code and (other.code, item.code) not in told:
                told.add((other.code, item.code))
                yield Finding(
                    item.span,
                    f"`{phrase}` means product {item.code}, and product {other.code} as well",
                    "leave it to one of them",
                    ((other.span, f"product {other.code}"),),
                )


def _of(item: s.Item, error: str, subject: Subject) -> Finding:
    message, help_text = parted(str(error))
    if help_text.startswith("write `") and not subject.flow.starts[item.span.block].file.endswith(
        ".flow"
    ):
        help_text = "fill in its cell of the sheet"
    return Finding(item.span, f"product {item.code}: {message}", help_text or None)
