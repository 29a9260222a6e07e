"""A catalog read from a CSV file, however a seller's spreadsheet wrote it."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass

from flows.diagnostic import Diagnostic
from flows.syntax import Item, Span, Text, Variant
from flows.words import narrow

ROWS_MAX = 10_000
"""Products a catalog may have."""
PRICE_MAX = 999_999_999
"""In units of the currency."""
STOCK_MAX = 999_999_999
"""Pieces of a product."""
_PROTECTED = re.compile(r'="(.*)"')
_GROUPED = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_DECIMAL_COMMA = re.compile(r"-?[0-9]+,[0-9]{1,2}")
_MONEY_MARK = re.compile(r"^(?:[¥$£€₹]|[A-Z]{3}(?![A-Z]))|(?:元|[¥€]|(?<![A-Z])[A-Z]{3})$")
_SPOILED = re.compile(r"[0-9]+(?:\.[0-9]+)?[Ee]\+[0-9]+")
"""A long code as a spreadsheet shows it that takes it for a number."""
FIELD_CHARACTERS_MAX = 1_000

_COLUMNS = {
    "code": "code", "编号": "code", "货号": "code", "sku": "code",
    "name": "name", "名称": "name", "品名": "name", "商品": "name",
    "price": "price", "价格": "price", "单价": "price",
    "stock": "stock", "库存": "stock", "数量": "stock",
    "synonyms": "synonyms", "别名": "synonyms", "同义词": "synonyms",
    "group": "group", "分类": "group", "类别": "group",
    "unit": "unit", "单位": "unit",
}  # fmt: skip
"""Headings understood, besides `name:en` and `synonyms:en` for other languages."""


@dataclass(frozen=True, slots=True)
class _Heading:
    field: str
    language: str | None


def read_catalog(
    text: str, block: str, first_line: int = 1
) -> tuple[tuple[Item, ...], tuple[Diagnostic, ...]]:
    """Rows of a CSV text as items. Spans are those of block `block`, whose first line is the file's first."""
    diagnostics: list[Diagnostic] = []

    def report(line: int, message: str, help_text: str, code: str = "O601") -> None:
        names = {"O601": "bad-price", "O602": "bad-stock", "E001": "syntax-error"}
        span = Span(block, line, 1, 1)
        diagnostics.append(Diagnostic(code, names[code], "error", message, span, help_text))

    if text.startswith("sep="):
        # Excel's own first line names the separator.
        head, _, text = text.partition("\n")
        delimiter, skipped = head.strip()[4:5] or ",", 1
    else:
        delimiter, skipped = _delimiter(text), 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    items: list[Item] = []
    headings: list[_Heading | None] = []
    try:
        for row in reader:
            line = reader.line_num + skipped + first_line - 1
            if not any(cell.strip() for cell in row):
                continue
            if not headings:
                headings = [_heading(cell) for cell in row]
                found = {heading.field for heading in headings if heading}
                if not {"code", "name", "price"} <= found:
                    missing = ", ".join(sorted({"code", "name", "price"} - found))
                    report(
                        line,
                        f"the first row lacks the columns {missing}",
                        "begin with `code,name,price,stock` or `编号,品名,单价,库存`; "
                        "if its words look strange here, save the sheet as CSV in UTF-8",
                        "E001",
                    )
                    break
                continue
            if len(items) >= ROWS_MAX:
                report(
                    line, f"the catalog has more than {ROWS_MAX} products", "split the shop", "E001"
                )
                break
            item = _item(row, headings, block, line, report)
            if item is not None:
                items.append(item)
    except csv.Error as error:
        report(
            reader.line_num + skipped,
            f"this row is not CSV: {error}",
            "save the sheet as CSV again",
            "E001",
        )
    else:
        if (unclosed := _unclosed(text, delimiter)) is not None:
            report(
                unclosed + skipped + first_line - 1,
                "a quote mark opens here and does not close",
                'write `"` at the end of the cell, or take the first one away',
                "E001",
            )
        elif not items and not diagnostics:
            report(
                first_line,
                "the sheet has no products",
                "write a row for each, such as `101,Tea,18.00,40`",
                "E001",
            )
    return tuple(items), tuple(diagnostics)


def _unclosed(text: str, delimiter: str) -> int | None:
    """The line of a quoted cell that runs on to the end of the sheet."""
    if text.count('"') % 2 == 0:
        return None
    begin = 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for _ in reader:
            begin = reader.line_num + 1
    except csv.Error as error:
        return begin if "end of data" in str(error) else None
    return None


def _delimiter(text: str) -> str:
    head = text.split("\n", 1)[0]
    return max(",;\t，", key=head.count) if any(mark in head for mark in ",;\t，") else ","


def _heading(cell: str) -> _Heading | None:
    name = cell.strip().lstrip("\ufeff").lower()
    base, _, language = name.replace("：", ":").partition(":")
    if not language and base.startswith(("name_", "synonyms_")):
        base, _, language = name.partition("_")
    field = _COLUMNS.get(base.strip())
    return _Heading(field, language.strip() or None) if field else None


def _item(
    row: list[str], headings: list[_Heading | None], block: str, line: int, report: object
) -> Item | None:
    cells: dict[tuple[str, str | None], str] = {}
    for heading, cell in zip(headings, row, strict=False):
        if heading is not None:
            # Excel keeps a text of digits as ="0101", and a cell may have lines of its own.
            plain = " ".join(_PROTECTED.sub(r"\1", cell.strip()).split())
            cells[heading.field, heading.language] = plain[:FIELD_CHARACTERS_MAX]
    code = cells.get(("code", None), "")
    name = cells.get(("name", None), "")
    if not code or not name:
        assert callable(report)
        what = "code" if not code else "name"
        report(line, f"this product has no {what}", f"fill in its {what} or delete the row", "E001")
        return None
    span = Span(block, line, 1, max(1, len(",".join(row))))
    variants = tuple(
        Variant(None, language, _label(value, cells.get(("synonyms", language), "")), span)
        for (field, language), value in cells.items()
        if field == "name" and language and value
    )
    label = Text(_label(name, cells.get(("synonyms", None), "")), variants, span)
    if _SPOILED.fullmatch(code):
        assert callable(report)
        report(
            line,
            f"the code {code} was turned into a number by the spreadsheet",
            "format the column of codes as text, and write the code again",
            "E001",
        )
        return None
    return Item(
        code,
        _MONEY_MARK.sub("", narrow(cells.get(("price", None), ""))).strip() or None,
        narrow(cells.get(("stock", None), "")) or None,
        cells.get(("group", None)) or None,
        cells.get(("unit", None)) or None,
        label,
        span,
    )


def _label(name: str, synonyms: str) -> str:
    words = [
        name,
        *(word.strip() for word in synonyms.replace("｜", "|").replace("/", "|").split("|")),
    ]
    return " | ".join(word for word in words if word)


def read_price(text: str | None, decimals: int) -> int:
    """`18.00` to minor units. Raises ValueError with what is wrong."""
    if text is None:
        raise ValueError("the price is missing; write `price 18.00`")
    whole, point, fraction = _without_groups(text).partition(".")
    if text.startswith("-"):
        raise ValueError(f"the price {text} is negative; write what a buyer pays, such as 18.00")
    if not whole.isascii() or not whole.isdigit() or (point and not fraction.isdigit()):
        raise ValueError(f"`{text}` is not a price; write digits, such as 18.00")
    if len(whole.lstrip("0")) > len(str(PRICE_MAX)):
        raise ValueError(f"the price {text} is too large; write at most {PRICE_MAX}")
    if len(fraction) > decimals and fraction[decimals:].strip("0"):
        raise ValueError(
            f"the price {text} has more than {decimals} decimals; write {decimals} of them, or none"
        )
    return int(whole) * 10**decimals + int((fraction + "0" * decimals)[:decimals] or 0)


def _without_groups(text: str) -> str:
    """`1,800.00` as 1800.00, and `18,00`, as half of Europe writes it, as 18.00; anything else as it is."""
    text = text.replace("，", ",")
    if _GROUPED.fullmatch(text):
        return text.replace(",", "")
    return text.replace(",", ".") if _DECIMAL_COMMA.fullmatch(text) else text


def read_stock(text: str | None) -> int:
    """`40` to a count. Raises ValueError with what is wrong."""
    if text is None:
        raise ValueError("the stock is missing; write `stock 40`")
    if text.startswith("-"):
        raise ValueError(f"the stock {text} is negative; write 0 where nothing is left")
    if not text.isascii() or not text.isdigit():
        raise ValueError(
            f"`{text}` is not a whole number of pieces; write digits alone, such as 40"
        )
    if len(text.lstrip("0")) > len(str(STOCK_MAX)):
        raise ValueError(f"the stock {text} is too large; write at most {STOCK_MAX}")
    return int(text)
