"""Words that the platform itself says: menu lines by channel, default replies by type, in every language it has.

A language that is not here gets English, unless whoever runs the platform has it say them otherwise (`say_as`). A seller's own
wording always comes first.
"""

from __future__ import annotations

import difflib
import string
from collections.abc import Mapping

DEFAULT_LANGUAGE = "en"
TEXT_CHARACTERS_MAX = 500
"""Of one of these texts as others word it."""
MORE_CHARACTERS_MAX = 30
"""Of the way to a USSD dialog's next page: it stands on each, and a page has 80 characters where they are not Latin."""

_WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "menu_first": "{label}请按{key}，",
        "menu_last": "{label}请按{key}。",
        "yesno_voice": "是请按1，不是请按2。",
        "yesno_text": "1 是\n2 否",
        "yesno_ussd": "1.是\n2.否",
        "no_input": "没有听到您的回答。",
        "no_match": "没听懂您的意思。",
        "no_match_product": "没有找到这件商品，请回复编号或名称。",
        "no_match_number": "请输入{lower}到{upper}之间的数字。",
        "no_match_number_any": "请输入一个数字。",
        "no_match_digits": "请输入{count}位数字。",
        "no_match_digits_any": "请输入数字。",
        "no_match_phone": "请输入电话号码，比如13800138000。",
        "no_match_money": "请输入金额，比如18.50。",
        "no_match_money_keyed": "请输入金额，小数点请按星号。",
        "no_match_yesno": "请回答是或不是。",
        "no_match_address": "请给出完整的地址。",
        "no_match_text": "请再说一次。",
        "no_match_date": "请输入日期，比如明天，或者11月24日。",
        "no_match_choice": "请选择其中一项。",
        "no_match_pin": "请输入{count}位密码。",
        "no_match_pin_any": "请输入密码数字。",
        "no_match_grammar": "没听懂您的意思。",
        "confirm": "您说的是{value}，对吗？",
        "resume_cart": "您上次的订单还没有完成（{summary}）。继续吗？",
        "resume": "您上次还没有说完。继续吗？",
        "resume_continue": "继续",
        "resume_restart": "重新开始",
        "one_moment": "正在处理，请稍候。",
        "more": "更多",
        "slow_down": "您发的短信太多了，请过一会儿再试。",
        "slow_down_ussd": "现在请求太多，请过一会儿再拨。",
        "code_sms": "订单共{total}。请回复验证码{code}确认下单，回复0取消。如果不是您下的单，请忽略。",
        "code_aside": "验证码{code}，用于确认{total}的订单。如果不是您下的单，请忽略。",
        "code_ask": "我们给您发了一条短信，请输入里面的6位验证码。",
        "code_again": "请输入短信里的6位验证码，输入0取消。",
        "code_later": "没有收到您的验证码。{minutes}分钟内再打来输入验证码，订单仍然有效。再见。",
        "code_over": "订单（共{total}）没有确认，未下单。如需要，请重新下单。",
        "code_over_paid": "订单（共{total}）没有确认，未下单。您已付{paid}，店家已收到通知，请与店家联系。",
        "sorry": "抱歉，出了点问题，请稍后再试。",
        "lines_busy": "【{shop}】您好，电话线路都在忙，请稍后再拨，或直接回复本短信下单。",
        "called_back": "【{shop}】您打来的电话我们没接到，回拨也没有打通。请再拨{number}，或直接回复本短信下单。",
        "opted_out": "已退订，不会再给您发消息。需要时随时发短信给我们即可，回复“恢复”重新接收。",
        "opted_in": "已恢复，您会再收到我们的消息。回复“退订”可随时退订。",
        "wait_one": "{minutes}分钟",
        "wait_many": "{minutes}分钟",
        "agent_wait": "客服正忙，大约还要等{wait}。您可以先把要说的发过来。",
        "agent_wait_spoken": "客服正忙，大约还要等{wait}。请不要挂机。",
        "agent_by_sms": "客服会发短信给您，请等一等。",
        "call_back_ask": "大约还要等{wait}。轮到您时我们可以给您回电，您的位置会保留：要回电请按1，继续等请不要挂机。",
        "call_back_ask_sms": "大约还要等{wait}。轮到您时我们可以发短信给您，您的位置会保留：要短信请按2，继续等请不要挂机。",
        "call_back_ask_both": "大约还要等{wait}。轮到您时我们可以联系您，您的位置会保留：要回电请按1，要短信请按2，继续等请不要挂机。",
        "call_back_taken": "好的，轮到您时我们给您回电。再见！",
        "call_back_taken_sms": "好的，轮到您时我们发短信给您。再见！",
        "call_back_not": "抱歉，现在不能发短信给您，请不要挂机。",
        "agent_order": "订单{number}已下：{summary}，共{total}，送到{address}。",
        "template_agent": "您好，我是{shop}的客服，请问有什么可以帮您？",
        "template_order": "您的订单{order}正在处理。",
        "template_call_back": "我们稍后给您回电。",
        "template_thanks": "感谢惠顾{shop}，再见！",
        "was_placed": "订单{number}已下单。",
        "placed": "已下单",
        "confirmed": "已确认",
        "shipped": "已发货",
        "delivered": "已送达",
        "cancelled": "已取消",
        "returned": "已退货",
        "line": "{name}x{quantity}",
        "line_join": "、",
        "soon": "尽快",
        "use_keys": "现在请按键回答。",
        "recorded_message": "【{shop}】您的留言已录音（{recording}），店家会听到。",
        "recorded_address": "【{shop}】您的送货地址已录音（{recording}），我们会按录音送货。如需更正，请回复短信写明地址。",
        "address_written": "订单{order}改送到：{address}。如仍不对，请再回复地址。",
        "call_dropped": "【{shop}】电话断了，您选的都还在：{summary}，共{total}。",
    },
    "en": {
        "menu_first": "For {label}, press {key}. ",
        "menu_last": "For {label}, press {key}.",
        "yesno_voice": "For yes, press 1. For no, press 2.",
        "yesno_text": "1 Yes\n2 No",
        "yesno_ussd": "1.Yes\n2.No",
        "no_input": "I did not hear an answer.",
        "no_match": "Sorry, I did not understand.",
        "no_match_product": "I could not find that product. Please give its number or name.",
        "no_match_number": "Please enter a number from {lower} to {upper}.",
        "no_match_number_any": "Please enter a number.",
        "no_match_digits": "Please enter {count} digits.",
        "no_match_digits_any": "Please enter digits.",
        "no_match_phone": "Please enter the digits of a phone number.",
        "no_match_money": "Please enter an amount, such as 18.50.",
        "no_match_money_keyed": "Please enter an amount. For the decimal point, press star.",
        "no_match_yesno": "Please answer yes or no.",
        "no_match_address": "Please give the full address.",
        "no_match_text": "Please say it again.",
        "no_match_date": "Please enter a date, such as tomorrow or 24 Nov.",
        "no_match_choice": "Please choose one of these.",
        "no_match_pin": "Please enter a PIN of {count} digits.",
        "no_match_pin_any": "Please enter the digits of your PIN.",
        "no_match_grammar": "Sorry, I did not understand.",
        "confirm": "You said {value}. Is that right?",
        "resume_cart": "Your last order is not finished ({summary}). Go on with it?",
        "resume": "You had not finished last time. Go on?",
        "resume_continue": "Go on",
        "resume_restart": "Start again",
        "one_moment": "One moment, please.",
        "more": "More",
        "slow_down": "That is more messages than we can take. Please try again in a while.",
        "slow_down_ussd": "That is more than we can take now. Please dial again in a while.",
        "code_sms": "Your order comes to {total}. Reply {code} to confirm it, or 0 to cancel. If you did not order, ignore this.",
        "code_aside": "{code} confirms your order of {total}. If you did not order, ignore this.",
        "code_ask": "We have texted you a code. Please enter its 6 digits.",
        "code_again": "Please enter the 6 digits of the code we texted, or 0 to cancel.",
        "code_later": "We have no code from you. Call again within {minutes} minutes and enter it, and your order is placed. Goodbye.",
        "code_over": "Your order of {total} was not confirmed, so it is not placed. To order, start again.",
        "code_over_paid": "Your order of {total} was not confirmed, so it is not placed. The shop has been told that you paid {paid}; please ask it.",
        "sorry": "Sorry, something went wrong. Please try again later.",
        "called_back": "{shop}: we missed your call and could not reach you when we called back. Call {number} again, or answer this text to order.",
        "lines_busy": "{shop}: all lines are busy. Please call again later, or answer this text to order.",
        "opted_out": "You are unsubscribed and get no more messages. Text us any time to order, or START to get them again.",
        "opted_in": "You get our messages again. Reply STOP to end them.",
        "wait_one": "{minutes} more minute",
        "wait_many": "{minutes} more minutes",
        "agent_wait": "Everybody is busy, for about {wait}. You can already write what it is about.",
        "agent_wait_spoken": "Everybody is busy, for about {wait}. Please stay on the line.",
        "agent_by_sms": "Somebody will text you. Please wait.",
        "call_back_ask": "It takes about {wait}. We can call you when it is your turn, and you keep your place: press 1 to be called, or stay on the line.",
        "call_back_ask_sms": "It takes about {wait}. We can text you when it is your turn, and you keep your place: press 2 to be texted, or stay on the line.",
        "call_back_ask_both": "It takes about {wait}. We can reach you when it is your turn, and you keep your place: press 1 to be called, 2 to be texted, or stay on the line.",
        "call_back_taken": "We will call you when it is your turn. Goodbye!",
        "call_back_taken_sms": "We will text you when it is your turn. Goodbye!",
        "call_back_not": "Sorry, we cannot text you now. Please stay on the line.",
        "agent_order": "Order {number} is placed: {summary}, {total}, to {address}.",
        "template_agent": "Hello, this is {shop}. How can I help you?",
        "template_order": "Your order {order} is on its way through.",
        "template_call_back": "We will call you back soon.",
        "template_thanks": "Thank you for buying from {shop}. Goodbye!",
        "was_placed": "Order {number} is placed.",
        "placed": "placed",
        "confirmed": "confirmed",
        "shipped": "shipped",
        "delivered": "delivered",
        "cancelled": "cancelled",
        "returned": "returned",
        "line": "{name} x{quantity}",
        "line_join": ", ",
        "soon": "soon",
        "use_keys": "Please answer with the keys now.",
        "recorded_message": "{shop}: your message is recorded ({recording}), and the shop will hear it.",
        "recorded_address": "{shop}: we recorded your address ({recording}) and deliver to it. To correct it, reply with the address in writing.",
        "address_written": "Order {order} goes to: {address}. If that is not right, reply with the address again.",
        "call_dropped": "{shop}: the call was cut off. Your basket is kept: {summary}, {total}.",
    },
}

LANGUAGES = tuple(_WORDS)
"""Languages that the platform itself speaks."""
_said: dict[str, Mapping[str, str]] = dict(_WORDS)
"""What is said, by language."""


def say_as(wordings: Mapping[str, Mapping[str, str]]) -> None:
    """Say texts, by language and name, as they stand here, and all others as ever. Once, before anything is said; see `wrong_with`."""
    _said.clear()
    _said.update(_WORDS)
    # Who has nothing to say in a language says it in English, as that is worded here.
    for language in sorted(wordings, key=lambda one: one != DEFAULT_LANGUAGE):
        before = _said.get(language, _said[DEFAULT_LANGUAGE])
        _said[language] = {**before, **wordings[language]}


def texts() -> Mapping[str, str]:
    """All that can be worded, by name, in English. What stands in braces is filled in."""
    return _WORDS[DEFAULT_LANGUAGE]


def wrong_with(name: str, text: str) -> str:
    """Why a text cannot be said under a name, and what to write; empty where it can."""
    ours = texts()
    if name not in ours:
        near = difflib.get_close_matches(name, ours, 1)
        return f"`{name}` is no text of the platform's; write {f'`{near[0]}`' if near else 'one that `dialcart config texts` prints'}"
    most = MORE_CHARACTERS_MAX if name == "more" else TEXT_CHARACTERS_MAX
    if not text.strip() or len(text) > most:
        return f"`{name}` has {len(text)} characters; write 1 to {most}"
    wanted = _filled_in(ours[name])
    try:
        found = _filled_in(text)
    except ValueError:
        found = None
    if found != wanted:
        told = " and ".join(f"`{{{field}}}`" for field in sorted(wanted)) or "nothing in braces"
        return f"`{name}` is filled in otherwise; write {told} in it, each as it stands here"
    return ""


def _filled_in(text: str) -> frozenset[str]:
    """What stands in braces. Raises ValueError for braces that are not closed, and others than names."""
    fields = [
        (name, form, way)
        for _, name, form, way in string.Formatter().parse(text)
        if name is not None
    ]
    if any(form or way or not name.isidentifier() for name, form, way in fields):
        raise ValueError(text)
    return frozenset(name for name, _, _ in fields)


def word(name: str, language: str) -> str:
    """One of the platform's own wordings."""
    return _said.get(language, _said[DEFAULT_LANGUAGE])[name]


def wait(name: str, language: str, wait_s: float, *, spoken: bool = False) -> str:
    """A wording that tells how long it will be, in whole minutes, at least one; as it is said on a call where that differs."""
    minutes = max(1, round(wait_s / 60))
    if spoken and name == "agent_wait":
        name = "agent_wait_spoken"
    told = word("wait_one" if minutes == 1 else "wait_many", language).format(minutes=minutes)
    return word(name, language).format(wait=told)


def menu_lines(options: list[tuple[str | None, str]], channel: str, language: str) -> str:
    """Options, as (key, label), as a channel gives them: spoken, a line each on SMS, a short line each on USSD."""
    if channel == "voice":
        spoken = [(key, label) for key, label in options if key is not None]
        last = len(spoken) - 1
        return "".join(
            word("menu_last" if position == last else "menu_first", language).format(
                label=label, key=_spoken_key(key, language)
            )
            for position, (key, label) in enumerate(spoken)
        )
    mark = "." if channel == "ussd" else " "
    return "\n".join(f"{key}{mark}{label}" if key is not None else label for key, label in options)


def prompt_with_menu(prompt: str, lines: str, channel: str) -> str:
    """A menu's text and its options as one text."""
    if not prompt or not lines:
        return prompt or lines
    if channel == "voice":
        return (
            prompt + lines
            if prompt[-1] in "。！？：，.!?:," and not prompt[-1].isascii()
            else f"{prompt} {lines}"
        )
    return f"{prompt}\n{lines}"


def yesno_hint(channel: str, language: str) -> str:
    """How a yes-or-no question may be answered."""
    names = {"voice": "yesno_voice", "ussd": "yesno_ussd"}
    return word(names.get(channel, "yesno_text"), language)


def no_match(
    kind: str, language: str, lower: int | None, upper: int | None, *, by_star: bool = False
) -> str:
    """The default reply to an answer that was not understood, by type of question; `by_star`: `*` is the point of amounts."""
    if kind == "money" and by_star:
        return word("no_match_money_keyed", language)
    if kind in ("number", "digits", "pin") and upper is None:
        return word(f"no_match_{kind}_any", language)
    if kind == "number":
        return word("no_match_number", language).format(lower=lower, upper=upper)
    count = str(upper) if lower == upper else f"{lower}-{upper}"
    return word(f"no_match_{kind}", language).replace("{count}", count)


def _spoken_key(key: str | None, language: str) -> str:
    spoken = {"*": ("星号键", "star"), "#": ("井号键", "hash")}
    if key in spoken:
        return spoken[key][0 if language == "zh" else 1]
    return key or ""
