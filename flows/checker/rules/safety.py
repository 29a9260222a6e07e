"""S: what must not be asked in the open, shown, or sent to those who did not ask for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from flows import expression as e
from flows import syntax as s
from flows import template as tpl
from flows.answers import NOTE_CHARACTERS_MAX
from flows.checker.rule import Finding, rule
from flows.checker.subject import Subject
from flows.checker.written.opting_out import opt_out_steps
from flows.checker.written.wording import statements_of, texts_of
from grammars.folding import fold
from grammars.opting_out import opt_out_words

_SECRETS = re.compile(
    r"(?:银行|信用|储蓄|借记)卡(?:卡)?号|(?<!会员)(?<!礼品)(?<!充值)(?<!购物)卡号|安全码"
    r"|(?:支付|登录|交易|取款|银行|账户|账号|您的|输入|说出)?密码|验证码"
    r"|\b(?:credit|debit|bank)[ -]?card number\b|(?<!gift )(?<!member )(?<!membership )(?<!loyalty )\bcard number\b"
    r"|\bcvv2?\b|\bcvc\b|\bsecurity code\b|\bverification code\b|\bone[- ]time (?:code|password)\b|\bpasscode\b"
    r"|\bpassword\b|\bpin number\b",
    re.IGNORECASE,
)
_PIN = re.compile(r"\bPIN\b(?!\s*codes?\b)")
"""In capitals: a pin code is a postal code in India."""
_NEVER = re.compile(r"勿|不要|不会|别|切莫|never|do not|don't|don’t|will not|won't", re.IGNORECASE)
_OPEN_KINDS = frozenset({"digits", "number", "text", "grammar", "address", "phone"})

_MARKETING = re.compile(
    r"优惠|促销|特价|打折|[一二三四五六七八九\d]折|新品上市|限时|抢购|满减|秒杀"
    r"|\bdiscounts?\b|\d+ ?% off\b|\bspecial offer\b|\bon sale\b|\bpromo(?:tion)?s?\b|\bdeals?\b|\bnew arrivals?\b",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"【[^】]+】")
_HAN = re.compile(r"[一-鿿]")


@rule("S801", "secret-in-text", "error")
def secret_in_text(subject: Subject) -> Iterator[Finding]:
    """A secret that was asked for with `pin` is shown in a text.

    What it does
    Follows the variables of `ask ... as pin`, and what `set` copies them to, into every text that is said or sent.

    Why
    A text is spoken in a room, kept on a phone and written in the log. A pin is masked there only as long as it is an
    answer. It may go to a partner's service, which checks it.

    Example
    ```flow
    step start
      ask code as pin 4
        say 请输入密码。
      say 您的密码是{{ code }}。
      goodbye
    ```

    Write instead
    ```flow
    step start
      ask code as pin 4
        say 请输入密码。
      say 密码收到了。
      goodbye
    ```
    """
    secrets = {
        statement.name
        for _, statement in statements_of(subject)
        if isinstance(statement, s.Ask) and statement.type.kind == "pin"
    }
    if not secrets:
        return
    for _ in range(4):
        for _, statement in statements_of(subject):
            if isinstance(statement, s.Assign) and _reads(statement.value) & secrets:
                secrets.add(statement.path)
                if "." in statement.path:
                    yield Finding(
                        statement.span,
                        f"a pin is kept as `{statement.path}`",
                        "leave it where it was asked",
                    )
                    return
    for written in texts_of(subject):
        for text, span in _lines(written.text):
            shown = _shows(text) & secrets
            if shown:
                yield Finding(
                    span, f"this text shows the pin `{min(shown)}`", "say only that it was received"
                )


@rule("S802", "card-or-password", "error")
def card_or_password(subject: Subject) -> Iterator[Finding]:
    """A question asks for a card number, a password or a code in the open.

    What it does
    Reads the wording of every `ask` that is not `as pin` for card numbers, PINs, passwords, CVV and verification
    codes, in Chinese and English. Member and gift cards are left alone, and texts that warn against giving a secret.

    Why
    The answer stands in messages, logs and reports. Card schemes forbid it, and fraud looks just like it.

    Example
    ```flow
    step start
      ask card as digits 16
        say 请输入银行卡号。
      goodbye
    ```

    Write instead
    ```flow
    step start
      ask card as pin 16
        say 请输入银行卡号。
      goodbye
    ```
    """
    for _, statement in statements_of(subject):
        if not isinstance(statement, s.Ask) or statement.type.kind not in _OPEN_KINDS:
            continue
        for text, span in (line for prompt in statement.prompts for line in _lines(prompt.text)):
            secret = _secret(text)
            if secret:
                yield Finding(
                    span,
                    f"“{secret}” is asked for in the open",
                    f"write `ask {statement.name} as pin`, which is masked, or do not ask for it",
                    ((statement.type.span, "the answer is kept as it is"),),
                )
                break


@rule("S803", "no-opt-out", "warning")
def no_opt_out(subject: Subject) -> Iterator[Finding]:
    """A message advertises, and the buyer has no way to get no more of them.

    What it does
    Looks for words of advertising in `send sms`. Such a flow needs an option of `anywhere` with 退订, TD, STOP or
    UNSUBSCRIBE that leads to `set buyer.opted_out = yes`.

    Why
    China's rules for commercial messages, the TCPA and the GDPR all ask for it, and carriers block who has none.

    Example
    ```flow
    step start
      send sms 【老王面馆】本周特价：牛肉面15元。
      goodbye
    ```

    Write instead
    ```flow
    anywhere
      on sms 退订 | TD  -> unsubscribe

    step start
      send sms 【老王面馆】本周特价：牛肉面15元。回TD退订。
      goodbye

    step unsubscribe
      set buyer.opted_out = yes
      say 已退订。
      goodbye
    ```
    """
    sent = [
        statement for _, statement in statements_of(subject) if isinstance(statement, s.SendSms)
    ]
    if not sent or _can_opt_out(subject):
        return
    for statement in sent:
        for text, span in _lines(statement.text):
            if found := _MARKETING.search(text):
                yield Finding(
                    span,
                    f"“{found[0]}” makes this an advertisement, and the flow has no way out of them",
                    "write `on sms 退订 | TD -> unsubscribe` in `anywhere`, and a step that sets `buyer.opted_out`",
                )
                break


def _can_opt_out(subject: Subject) -> bool:
    leaving, words = opt_out_steps(subject), opt_out_words(subject.program.languages)
    return any(
        option.target in leaving
        and option.channel in (None, "sms")
        and any(
            fold(phrase) in words
            for text in (option.label.base, *(v.text for v in option.label.variants))
            for phrase in re.split(r"[|｜]", text)
        )
        for option in subject.anywhere
    )


@rule("S804", "untrusted-text-in-sms", "warning")
def untrusted_text_in_sms(subject: Subject) -> Iterator[Finding]:
    """What a buyer wrote goes into a message without a limit to its length.

    What it does
    Looks in `send sms` and `tell shop` for answers of `ask ... as text` that are not cut with `|cut(n)`. They may have
    500 characters. Addresses are bounded already.

    Why
    Whoever writes the text makes the shop pay for eight parts, again and again, and chooses what the message says.

    Example
    ```flow
    step start
      ask note as text
        say 请留言。
      tell shop 留言：{{ note }}
      goodbye
    ```

    Write instead
    ```flow
    step start
      ask note as text
        say 请留言。
      tell shop 留言：{{ note|cut(60) }}
      goodbye
    ```
    """
    free = {
        statement.name
        for _, statement in statements_of(subject)
        if isinstance(statement, s.Ask) and statement.type.kind == "text"
    }
    if not free:
        return
    for _, statement in statements_of(subject):
        if not isinstance(statement, s.SendSms | s.TellShop):
            continue
        for text, span in _lines(statement.text):
            shown = _shows_whole(text) & free
            if shown:
                name = min(shown)
                yield Finding(
                    span,
                    f"`{name}` is what the buyer wrote, up to {NOTE_CHARACTERS_MAX} characters of it",
                    f"write `{{{{ {name}|cut(60) }}}}`",
                )


@rule("S805", "no-signature", "warning")
def no_signature(subject: Subject) -> Iterator[Finding]:
    """A Chinese message does not say whom it is from.

    What it does
    In a shop whose currency is CNY, looks for `【...】` in each Chinese line of `send sms`.

    Why
    Carriers in China refuse application messages without a signature in these brackets.

    Example
    ```flow
    shop 老王面馆
      currency CNY
      channels sms

    step start
      send sms 您的订单已送出。
      goodbye
    ```

    Write instead
    ```flow
    shop 老王面馆
      currency CNY
      channels sms

    step start
      send sms 【{{ shop.name }}】您的订单已送出。
      goodbye
    ```
    """
    if subject.shop is None or subject.program.currency != "CNY":
        return
    for _, statement in statements_of(subject):
        if isinstance(statement, s.SendSms):
            for text, span in _lines(statement.text):
                if _HAN.search(text) and not _SIGNATURE.search(text):
                    yield Finding(
                        span,
                        "this message does not say whom it is from",
                        "begin it with `【{{ shop.name }}】`",
                    )


def _lines(text: s.Text) -> Iterator[tuple[str, s.Span]]:
    yield text.base, text.span
    for variant in text.variants:
        yield variant.text, variant.span


@lru_cache(maxsize=50_000)
def _secret(text: str) -> str | None:
    if _NEVER.search(text):
        return None
    found = _SECRETS.search(text) or _PIN.search(text)
    return found[0] if found else None


@lru_cache(maxsize=50_000)
def _shows(text: str) -> frozenset[str]:
    """Names whose value a text shows, whole or in part."""
    if "{" not in text:
        return frozenset()
    try:
        template = tpl.parse_template(text)
    except tpl.TemplateError:
        return frozenset()
    return frozenset(x.parts[0] for tree in tpl.outputs(template) for x in e.paths(tree))


@lru_cache(maxsize=50_000)
def _shows_whole(text: str) -> frozenset[str]:
    """Names that a text shows without `|cut(n)`."""
    if "{" not in text:
        return frozenset()
    try:
        template = tpl.parse_template(text)
    except tpl.TemplateError:
        return frozenset()
    return frozenset(
        path.parts[0]
        for tree in tpl.outputs(template)
        if not isinstance(tree, e.Filtered) or tree.filter not in ("cut", "length", "count")
        for path in e.paths(tree)
    )


@lru_cache(maxsize=50_000)
def _reads(value: str) -> frozenset[str]:
    try:
        return frozenset(path.parts[0] for path in e.paths(e.parse_expression(value)))
    except e.ExpressionError:
        return frozenset()
