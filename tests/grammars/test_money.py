"""Amounts of money, exact in minor units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grammars.money import read_money, write_money
from grammars.numbers import NUMBER_MAX, write_number

UNDERSTOOD = """
18=1800 １８=1800 18.5=1850 18.50=1850 0.5=50 18.=1800 ¥18.50=1850 ￥18=1800 18元=1800 1.5元=150 18块=1800 $5=500
RMB_18=1800 18_RMB=1800 18元整=1800 1,200.50=120050 18块5=1850 18块50=1850 18块05=1805 100圓=10000 我要十八块的=1800
十八块五=1850 十八块五毛=1850 十八块五毛五=1855 五块三毛五分=535 十八块零五=1805 十八块零五分=1805 三毛=30 三毛五=35
五分=5 一百二=12000 一百块钱=10000 两块两毛=220 十八点五=1850 十八点零五元=1805 零点五=50 五元五角=550
five_dollars=500 five_dollars_fifty=550 five_dollars_and_fifty_cents=550 50_cents=50 eighteen_point_five=1850 5_yuan=500
KES_20=2000 Ksh_50=5000 Ksh50=5000 20_KES=2000 20/==2000 20/-=2000 20_shillings=2000 500_naira=50000 Rs_20=2000 20_bob=2000
"""
NOT_UNDERSTOOD = """
18.505 -5 +5 .5 1.2.3 ¥ 元 5元5元 五毛五毛 五块一百 一块二毛三分五 five_fifty 18,5 块18 5_apples 五分五毛 KES bob_bob 免费 五块五块 1e3
"""


@pytest.mark.parametrize("example", UNDERSTOOD.split())
def test_an_amount_is_read_to_the_cent(example: str) -> None:
    text, _, minor = example.replace("_", " ").rpartition("=")
    assert read_money(text) == int(minor)


@pytest.mark.parametrize("text", ["", *NOT_UNDERSTOOD.split()])
def test_what_is_not_one_amount_is_asked_again(text: str) -> None:
    assert read_money(text.replace("_", " ")) is None


@pytest.mark.parametrize(
    ("text", "decimals", "minor"),
    [
        ("18", 0, 18),
        ("18.5", 0, None),
        ("三毛", 0, None),
        ("1.234", 3, 1234),
        ("三毛", 1, 3),
        ("五分", 1, None),
    ],
)
def test_no_amount_has_more_decimals_than_its_currency(
    text: str, decimals: int, minor: int | None
) -> None:
    assert read_money(text, decimals) == minor


@given(st.integers(0, NUMBER_MAX), st.integers(0, 4))
def test_what_is_written_is_read_back(minor: int, decimals: int) -> None:
    assert read_money(write_money(minor, decimals), decimals) == minor


@given(st.integers(1, 10**6), st.integers(1, 9), st.integers(1, 9))
def test_kuai_mao_and_fen_add_up(kuai: int, mao: int, fen: int) -> None:
    said = f"{write_number(kuai, 'zh')}块{write_number(mao, 'zh')}毛{write_number(fen, 'zh')}分"
    assert read_money(said) == kuai * 100 + mao * 10 + fen


def test_small_and_negative_amounts_are_written_with_their_zeros() -> None:
    assert [write_money(minor) for minor in (0, 5, 50, 1850, -5)] == [
        "0.00",
        "0.05",
        "0.50",
        "18.50",
        "-0.05",
    ]
    assert write_money(1850, 0) == "1850"
