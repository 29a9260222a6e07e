"""What the phones say, and what they must read before they go on.

`line`: the first message is already the order, as README.md shows it: four messages, five texts back. `menu`: from the
greeting through every question: seven messages, eight texts back.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a phone."""

    says: str
    reads: str
    """Words that the first text back holds."""
    texts: int = 1
    """Texts that come back."""


_CLOSE = (
    Turn("2", "请回复送货地址"),
    Turn("文三路1号", "货到付款"),
    Turn("1", "下单成功，订单号", 2),
)
DIALOGUES: dict[str, tuple[Turn, ...]] = {
    "line": (Turn("牛肉面 2", "已加入2份牛肉面"), *_CLOSE),
    "menu": (
        Turn("你好", "请选择"),
        Turn("下单", "回复编号点餐"),
        Turn("101", "牛肉面要几份"),
        Turn("2", "已加入2份牛肉面"),
        *_CLOSE,
    ),
}
