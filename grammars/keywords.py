"""The words of the flow language: one terminal, its English and its Chinese spelling."""

import re
from functools import cache

KEYWORDS: dict[str, tuple[str, str]] = {
    # Blocks, which stand in column 0.
    "FLOW": ("flow", "流程"),
    "SHOP": ("shop", "店铺"),
    "DEFAULTS": ("defaults", "默认"),
    "CATALOG": ("catalog", "商品目录"),
    "ANYWHERE": ("anywhere", "随时"),
    "STEP": ("step", "步骤"),
    "GRAMMAR": ("grammar", "语法"),
    "SERVICE": ("service", "服务"),
    "INCLUDE": ("include", "引用"),
    "RENAMED": ("renamed", "改名"),
    # Statements.
    "SAY": ("say", "说"),
    "ANNOUNCE": ("announce", "宣读"),
    "MENU": ("menu", "菜单"),
    "ASK": ("ask", "问"),
    "IF": ("if", "如果"),
    "ELSE_IF": ("else if", "否则如果"),
    "ELSE": ("else", "否则"),
    "SET": ("set", "设"),
    "ADD": ("add", "加"),
    "REMOVE": ("remove", "去掉"),
    "EMPTY_CART": ("empty cart", "清空购物车"),
    "PLACE_ORDER": ("place order", "下订单"),
    "HAND_OVER": ("hand over to", "转接"),
    "SEND_SMS": ("send sms", "发短信"),
    "TELL_SHOP": ("tell shop", "告诉店家"),
    "REQUEST": ("request", "请求"),
    "PAY": ("pay", "支付"),
    "CALL": ("call", "调用"),
    "RETURN": ("return", "返回"),
    "GOODBYE": ("goodbye", "再见"),
    "WHEN": ("when", "当"),
    # Parts of statements.
    "AS": ("as", "为"),
    "FROM": ("from", "来自"),
    "ITEM": ("item", "商品"),
    "PRICE": ("price", "价格"),
    "STOCK": ("stock", "库存"),
    "IN_GROUP": ("in", "属于"),
    "UNIT": ("unit", "单位"),
    "ON": ("on", "仅"),
    "NO_INPUT_AFTER": ("no input after", "无应答超过"),
    "NO_INPUT": ("no input", "无应答"),
    "NO_MATCH": ("no match", "听不懂"),
    "TRIES": ("tries", "次数"),
    "THEN": ("then", "之后"),
    "CONFIRM": ("confirm", "确认"),
    "OF": ("of", "份"),
    "TO_CART": ("to cart", "到购物车"),
    "FROM_CART": ("from cart", "出购物车"),
    # Types of answers.
    "PRODUCT": ("product", "产品"),
    "OF_GROUP": ("of", "来自"),
    "NUMBER": ("number", "数字"),
    "DIGITS": ("digits", "号码"),
    "PHONE": ("phone", "电话"),
    "MONEY": ("money", "金额"),
    "YESNO": ("yesno", "是否"),
    "ADDRESS": ("address", "地址"),
    "TEXT_TYPE": ("text", "文字"),
    "DATE": ("date", "日期"),
    "CHOICE": ("choice", "选择"),
    "PIN": ("pin", "密码"),
}
"""Terminal name to (English, Chinese). flow.lark names the terminals; the formatter turns one spelling into the other."""

SETTINGS: dict[str, tuple[str, str]] = {
    "number": ("number", "电话"),
    "languages": ("languages", "语言"),
    "currency": ("currency", "货币"),
    "channels": ("channels", "渠道"),
    "timezone": ("timezone", "时区"),
    "open": ("open", "营业"),
    "closed": ("closed", "休息"),
    "delivery": ("delivery", "送达"),
    "queues": ("queues", "坐席组"),
    "rings": ("rings", "响铃"),
    "call back": ("call back", "回拨"),
    "quiet hours": ("quiet hours", "免打扰"),
    "send on to": ("send on to", "转外线"),
    "sms code": ("sms code", "短信号"),
    "ussd code": ("ussd code", "闪信号"),
    "keyword": ("keyword", "关键词"),
    "sms session": ("sms session", "短信会话"),
    "ussd session": ("ussd session", "闪信会话"),
    "voice session": ("voice session", "通话会话"),
    "max sms parts": ("max sms parts", "短信最多条数"),
    "max turns": ("max turns", "最多轮数"),
}
"""Settings of `shop` and `defaults`: canonical name to (English, Chinese)."""

OUTCOMES: dict[str, str] = {
    "sold out": "售完",
    "failed": "失败",
    "busy": "忙",
    "timeout": "超时",
    "closed": "打烊",
    "hangup": "挂断",
    "declined": "拒付",
}
"""Named outcomes of effects: English to Chinese."""


ARROW = r"(?:[-－—–]{1,3}[>＞》]|→)"
"""Regular expression of `->` and of what a Chinese keyboard gives for it."""


def keyword_pattern(name: str) -> str:
    """The regular expression of a terminal: either spelling, any run of spaces between its words."""
    spellings = [re.escape(word).replace(r"\ ", "[ ]+") for word in KEYWORDS[name]]
    # An ASCII word must end where it ends; a Chinese one may touch what follows it.
    return f"(?:{spellings[0]}(?![A-Za-z0-9_])|{spellings[1]})"


BLOCKS = frozenset(
    (
        "FLOW",
        "SHOP",
        "DEFAULTS",
        "CATALOG",
        "ANYWHERE",
        "STEP",
        "GRAMMAR",
        "SERVICE",
        "INCLUDE",
        "RENAMED",
    )
)
"""Terminals that begin a block, in column 0."""

_WITHIN = frozenset(
    ("SAY", "ANNOUNCE", "MENU", "ASK", "IF", "ELSE_IF", "ELSE", "SET", "ADD", "REMOVE", "EMPTY_CART", "PLACE_ORDER",
     "HAND_OVER", "SEND_SMS", "TELL_SHOP", "REQUEST", "PAY", "CALL", "RETURN", "GOODBYE", "WHEN", "ITEM",
     "NO_INPUT_AFTER", "NO_INPUT", "NO_MATCH", "TRIES", "CONFIRM")
)  # fmt: skip
"""Terminals that begin a line inside a block."""


@cache
def _heads() -> re.Pattern[str]:
    names = sorted(BLOCKS | _WITHIN, key=lambda name: (-len(KEYWORDS[name][0]), name))
    marks = [f"(?P<JUMP>{ARROW})", r"(?P<KEY>[0-9０-９*＊＃]+(?=[ .、]))"]
    return re.compile("|".join([*(f"(?P<{n}>{keyword_pattern(n)})" for n in names), *marks]))


def head(line: str) -> str | None:
    """The terminal that a line (without its margin) begins with: a keyword, JUMP, KEY, or None."""
    found = _heads().match(line)
    return found.lastgroup if found else None
