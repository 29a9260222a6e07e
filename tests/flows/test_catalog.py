import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.catalog import ROWS_MAX, read_catalog, read_price, read_stock
from flows.folder import read_flow
from flows.source import decode
from flows.syntax import Catalog

CSV = "code,name,name:en,price,stock,synonyms,group,unit\n101,牛肉面,Beef noodles,18.00,40,牛肉|红烧,hot,碗\n"


FROM_SHEET = b"catalog from goods.csv\n"


def test_a_row_is_a_product() -> None:
    [item], found = read_catalog(CSV, "catalog")
    assert not found
    assert (item.code, item.price, item.stock, item.group, item.unit) == (
        "101",
        "18.00",
        "40",
        "hot",
        "碗",
    )
    assert item.label.base == "牛肉面 | 牛肉 | 红烧"
    assert [variant.text for variant in item.label.variants] == ["Beef noodles"]
    assert item.span.line == 2


@pytest.mark.parametrize(
    "data",
    [
        CSV.encode(),
        b"\xef\xbb\xbf" + CSV.encode(),
        CSV.encode("gb18030"),
        CSV.encode("utf-16"),
        CSV.replace("\n", "\r\n").encode(),
        CSV.replace(",", ";").encode(),
        CSV.replace(",", "\t").encode(),
        b"sep=;\n" + CSV.replace(",", ";").encode(),
        CSV.replace("code,name,", "编号,名称,")
        .replace("price,stock", "价格,库存")
        .encode("gb18030"),
        CSV.replace("18.00", "￥18.00元").encode(),
        CSV.replace("牛肉面,", '"牛肉面",').encode(),
        CSV.replace("\n", "\r").encode(),
        CSV.replace("18.00", "１８.００").replace(",40,", ",４０,").encode(),
        CSV.replace("18.00", "CNY 18.00").encode(),
        CSV.replace("18.00", "$18.00").encode(),
    ],
)
def test_a_sheet_is_read_however_it_was_saved(data: bytes) -> None:
    flow, found = read_flow(
        "shop", "shop.flow", {"shop.flow": FROM_SHEET, "goods.csv": data}.__getitem__
    )
    assert not found
    [items] = [block.items for block in flow.blocks if isinstance(block, Catalog)]
    [item] = items
    assert (item.code, read_price(item.price, 2), read_stock(item.stock)) == ("101", 1800, 40)


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1,800.00", 180_000),
        ("18,00", 1_800),
        ("18,5", 1_850),
        ("1,800", 180_000),
        ("1，800", 180_000),
    ],
)
def test_commas_in_prices_are_read_as_they_are_meant(text: str, minor: int) -> None:
    assert read_price(text, 2) == minor


@pytest.mark.parametrize("text", ["1,8,0", "18,0000", "1,80,000", ",5", "1 800"])
def test_commas_that_can_mean_anything_are_no_price(text: str) -> None:
    with pytest.raises(ValueError, match="not a price"):
        read_price(text, 2)


def test_cells_come_without_excels_protection_and_without_lines_of_their_own() -> None:
    items, _ = read_catalog('code,name,price,stock\n="0101","Beef\nnoodles",1.00,5\n', "catalog")
    assert [(item.code, item.label.base) for item in items] == [("0101", "Beef noodles")]


def test_a_sheet_that_excel_saved_in_the_west_keeps_its_accents() -> None:
    text = "code,name,price,stock\n1,Café crème,3.00,4\n2,Thé à la menthe,2.00,4\n"
    assert decode(text.encode("cp1252")) == text


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "the sheet has no products"),
        ("code,name,price,stock\n\n", 1, "the sheet has no products"),
        (
            'code,name,price,stock\n1,a,1,1\n2,"b,1,1\n3,c,1,1\n',
            3,
            "a quote mark opens here and does not close",
        ),
        (
            "code,name,price,stock\n1.0E+05,a,1,1\n",
            2,
            "the code 1.0E+05 was turned into a number by the spreadsheet",
        ),
        (
            "code,name,price,stock\n1," + "a" * 200_000 + ",1,1\n",
            2,
            "this row is not CSV: field larger than field limit (131072)",
        ),
    ],
)
def test_a_sheet_that_a_program_spoiled_is_told_where(text: str, line: int, message: str) -> None:
    _, [found] = read_catalog(text, "catalog")
    assert (found.span.line, found.message) == (line, message)
    assert found.help


@pytest.mark.parametrize("begins", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"])
def test_a_workbook_is_told_from_text(begins: bytes) -> None:
    with pytest.raises(ValueError, match="a workbook or a document"):
        decode(begins + b"rest")


def test_a_sheet_without_its_columns_says_which() -> None:
    items, [found] = read_catalog("code,title\n1,x\n", "catalog")
    assert items == ()
    assert found.message == "the first row lacks the columns name, price"
    assert found.span.line == 1


def test_a_product_without_a_name_is_named_by_its_line() -> None:
    items, [found] = read_catalog("code,name,price\n1,x,1\n2,,3\n", "catalog")
    assert [item.code for item in items] == ["1"]
    assert (found.span.line, found.message) == (3, "this product has no name")


def test_a_sheet_of_the_longest_length_is_read_and_one_past_it_is_cut() -> None:
    rows = "".join(f"{n},x,1.00,1\n" for n in range(ROWS_MAX))
    items, found = read_catalog("code,name,price,stock\n" + rows, "catalog")
    assert (len(items), found) == (ROWS_MAX, ())
    items, found = read_catalog("code,name,price,stock\n" + rows + "z,x,1.00,1\n", "catalog")
    assert len(items) == ROWS_MAX
    assert found[0].message == f"the catalog has more than {ROWS_MAX} products"


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("18", 1800),
        ("18.5", 1850),
        ("18.50", 1850),
        ("1,200.00", 120_000),
        ("0.07", 7),
        ("18.500", 1850),
    ],
)
def test_prices_are_exact(text: str, minor: int) -> None:
    assert read_price(text, 2) == minor


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "missing"),
        ("-1", "negative"),
        ("18.505", "more than 2 decimals"),
        ("cheap", "is not a price"),
        ("1e5", "is not a price"),
        ("١٨", "is not a price"),
        ("1" + "0" * 9, "is too large; write at most 999999999"),
        ("", "is not a price"),
    ],
)
def test_a_wrong_price_is_told_what_is_wrong(text: str | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_price(text, 2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "missing"),
        ("-1", "negative"),
        ("1.5", "whole"),
        ("many", "whole"),
        ("1" + "0" * 9, "is too large; write at most 999999999"),
    ],
)
def test_a_wrong_stock_is_told_what_is_wrong(text: str | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_stock(text)


def test_the_largest_price_and_stock_are_read() -> None:
    assert read_price("999999999.99", 2) == 99_999_999_999
    assert read_stock("0999999999") == 999_999_999


@given(st.text(max_size=300))
def test_any_text_is_a_catalog_or_has_a_diagnostic(text: str) -> None:
    items, found = read_catalog(text, "catalog")
    assert items or found or not text.strip() or "\n" not in text.strip()


@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_refused_with_a_reason(data: bytes) -> None:
    with contextlib.suppress(ValueError):
        assert isinstance(decode(data), str)
