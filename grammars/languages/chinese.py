"""Chinese: its words for the readers."""

from typing import Final

from grammars.languages import chinese_dates, chinese_numbers
from grammars.languages.language import Language, words

_YES: Final = """
是 是的 是啊 是呀 对 对的 对啊 对呀 好 好的 好啊 好呀 好嘞 好滴 好哒 好吧 可以 可以的 可 嗯 嗯哪 恩
行 行的 行啊 成 中 要 要的 没错 没有错 没问题 没有问题 确认 确定 同意 需要 愿意 正确 当然 有 是这样
不错 就这样 👍 👌 ✅
"""
_NO: Final = """
不 不是 不是的 不要 不要了 不用 不用了 不行 不对 不好 不可以 不可 不能 不需要 不必 不必了 不了
不同意 不愿意 不确认 不正确 不成 没 没有 否 错 错了 取消 算了 别 没要 👎 ❌
"""
_UNSURE: Final = """
不取消 不要取消 不用取消 不能取消 别取消 没取消 没有取消 不确定 别不要 不得不 对不起 好不好
"""
_MEASURES: Final = """
份 份儿 碗 大碗 小碗 大份 小份 个 个儿 斤 公斤 千克 克 吨 升 毫升 米 袋 瓶 盒 包 张 条 箱 件 只 杯
支 枝 桶 罐 盘 碟 套 双 对 台 部 本 块 根 串 笼 屉 锅 听 提 捆 把 颗 粒 片 位 人 样 种 棵 株 组
板 卷 次 单
"""
_OPENERS: Final = """
我要 我想要 我想买 我想 我买 我订 我点 我选 要 想要 买 来 给我 给我来 请给我 请 就 就要 再来 再要
再加 加 先来 换成 改成 一共 总共 共 数量 是 嗯 那 那就 麻烦 订 点 按 选
"""
_CLOSERS: Final = """
吧 啊 呀 哦 喔 了 呢 啦 嘛 的 哈 谢谢 多谢 就行 就好 就可以 就可以了 就够了 好了 行了
"""
_USUAL: Final = "是 是的 对 对的 好 好的 可以 不 不是 不要 不对 我要 要 来 吧 谢谢"
_HOLDING_A_MEASURE: Final = "俩仨参"
_ON_THE_TELEPHONE: Final = {"洞": "0", "拐": "7", "勾": "9"}

CHINESE: Final = Language(
    code="zh",
    tag="zh-CN",
    spaced=False,
    numerals=chinese_numbers.NUMERALS,
    count=chinese_numbers.count,
    spell=chinese_numbers.spell,
    spellings=chinese_numbers.spellings,
    measures=frozenset(words(_MEASURES)),
    openers=frozenset(words(_OPENERS)),
    closers=frozenset(words(_CLOSERS)),
    digits=_ON_THE_TELEPHONE
    | {
        word: str(digit)
        for word, digit in chinese_numbers.DIGITS.items()
        if word not in _HOLDING_A_MEASURE
    },
    repeats={},
    yes=frozenset(words(_YES)),
    no=frozenset(words(_NO)),
    unsure=frozenset(words(_UNSURE)),
    usual=frozenset(words(_USUAL)),
    unspoken=frozenset(),
    major_units=frozenset(words("元 元钱 块 块钱 圆 人民币 元人民币")),
    tenths=frozenset(words("毛 毛钱 角")),
    hundredths=frozenset(words("分 分钱")),
    points=frozenset({"点"}),
    read_date=chinese_dates.read,
    write_date=chinese_dates.write,
    date_rules=chinese_dates.RULES,
)
