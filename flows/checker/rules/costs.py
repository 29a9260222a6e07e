"""C: what a flow costs in SMS parts, USSD screens and seconds on the phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from flows import program as p
from flows import speech
from flows.checker.path_cost import Cost, path_costs
from flows.checker.rule import Finding, rule
from flows.checker.sayings import wordings_of
from flows.checker.subject import Subject
from flows.checker.turns import Run, Turns, turns_of
from flows.checker.wording import SENTENCES, texts_of
from flows.syntax import Span
from grammars.gsm.alphabet import DEFAULT
from grammars.gsm.parts import UCS2, Parts, choose, count_parts, count_units
from grammars.gsm.plain import transliterate

USSD_SEPTETS_MAX = 182
"""160 octets of a USSD string at 7 bits a character: 3GPP TS 24.090 and TS 23.038, section 5."""
USSD_UNITS_MAX = 80
"""The same 160 octets in UCS-2."""
USSD_OPTIONS_MAX = 9
"""One digit each."""
VOICE_OPTIONS_MAX = 5
"""More cannot be kept in mind while listening."""
PROMPT_S_MAX = 15.0
"""Before the first option is told."""
WIDE_CHARACTERS_MIN = 20
"""A value shorter than this is not named as what makes a text long."""


@rule("C501", "too-many-parts", "warning")
def too_many_parts(subject: Subject) -> Iterator[Finding]:
    """A message may come to more SMS parts than `max sms parts` allows.

    What it does
    Fills every text with the longest values its names can have (the longest product name, a full cart, an address of
    120 characters), joins the texts of each turn as they are sent, and counts the parts: 160 or 153 characters of GSM
    7-bit a part, 70 or 67 once a single character needs UCS-2.

    Why
    A carrier bills every part. Long messages also arrive in pieces on old phones.

    Example
    ```flow
    defaults
      max sms parts 1
    step start
      say 您好，欢迎光临本店。本店每天早上九点开门，晚上九点打烊，节假日照常营业，满一百元免费送货到家，不满一百元收五元送货费。
        en: Hello.
      menu 请选择您要的服务，回复数字即可：
        1 下单 -> start
        2 查询订单 -> start
    ```

    Write instead
    ```flow
    defaults
      max sms parts 1
    step start
      say 您好，欢迎光临本店。
      menu 请选择：
        1 下单 -> start
        2 查询订单 -> start
    ```
    """
    turns = turns_of(subject)
    most = subject.program.limits.sms_parts_max
    worst: dict[int, tuple[Parts, str, str]] = {}
    for index, language, text in _all_sms(turns):
        # Half of 67, as a character of UCS-2 may take two units.
        if len(text) * 2 > most * 67 and (parts := _count(text)).parts > most:
            before = worst.get(index)
            if before is None or parts.units > before[0].units:
                worst[index] = (parts, language, text)
    for index, (parts, language, text) in worst.items():
        yield Finding(
            subject.compiled.spans[index],
            f"this message may come to {parts.parts} SMS parts in `{language}`"
            f" ({parts.units} characters of {parts.alphabet}), and `max sms parts` is {most}",
            _shorter(turns, index, language, "sms", text),
        )


@rule("C502", "forced-ucs2", "warning")
def forced_ucs2(subject: Subject) -> Iterator[Finding]:
    """A character outside GSM 7-bit makes a message dearer, and a plain one would do.

    What it does
    Looks at every message that is sent in UCS-2 and would need fewer parts in GSM 7-bit. It names the characters at
    fault and what to write instead; where nothing stands for them, it only informs.

    Why
    A part holds 160 characters of GSM 7-bit, and 70 as soon as one character is not in it: a typographic quote or a
    dash from a word processor doubles the bill.

    Example
    ```flow
    shop Green Tea House
      languages en
      channels sms
    step start
      say Welcome to the tea house – we’ve 30 kinds of tea, and we deliver everywhere in town until nine in the evening.
      goodbye
    ```

    Write instead
    ```flow
    shop Green Tea House
      languages en
      channels sms
    step start
      say Welcome to the tea house - we've 30 kinds of tea, and we deliver everywhere in town until nine in the evening.
      goodbye
    ```
    """
    turns = turns_of(subject)
    if "sms" not in turns.program.channels:
        return
    dear = _dear_lines(subject)
    if not dear:
        return
    told: set[Span] = set()
    messages = _all_sms(turns)
    for line, span, culprits in dear:
        for _, _, text in messages:
            if len(text) <= 70 or span in told or not _holds(text, line):
                continue
            cheaper = text
            for character, plain in culprits:
                cheaper = cheaper.replace(character, plain or "?")
            now, then = _count(text), _count(cheaper)
            if then.parts < now.parts:
                told.add(span)
                named = "".join(character for character, _ in culprits)
                plains = [f"`{plain}` for `{char}`" for char, plain in culprits if plain]
                yield Finding(
                    span,
                    f"`{named}` puts the whole message in UCS-2:"
                    f" {now.parts} SMS parts instead of {then.parts}",
                    f"write {', '.join(plains)}"
                    if len(plains) == len(culprits)
                    else "write it in letters of GSM 7-bit",
                    severity=None if len(plains) == len(culprits) else "info",
                )


@rule("C503", "ussd-overflow", "error")
def ussd_overflow(subject: Subject) -> Iterator[Finding]:
    """A USSD screen holds more than the network carries, or more options than one digit can choose.

    What it does
    Joins the texts of each turn as a USSD screen and counts: 182 characters of GSM 7-bit, 80 of UCS-2, nine options.
    A text that alone is too long with usual values is an error. A screen that is too long only with the longest values
    (an address of 120 characters), or with what is said before the question, is a warning.

    Why
    A USSD string has 160 octets. The network cuts or refuses a longer one, and the buyer sees half a menu.

    Example
    ```flow
    shop 老王面馆
      channels ussd
    step start
      menu 您好，欢迎光临本店。本店每天早上九点开门，晚上九点打烊，节假日照常营业，满一百元免费送货到家，不满一百元收五元送货费，请选择您今天要的服务：
        1 下单 -> start
        2 查询订单 -> start
        3 修改订单 -> start
    ```

    Write instead
    ```flow
    shop 老王面馆
      channels ussd
    step start
      menu 您好，请选择：
        1 下单 -> start
        2 查询订单 -> start
    ```
    """
    turns = turns_of(subject)
    if "ussd" not in turns.program.channels:
        return
    told: dict[int, tuple[int, str, str]] = {}
    certain = _certain_overflows(turns)
    for index, language, text in _messages(turns, "ussd"):
        if index in certain or not _overflows(text):
            continue
        before = told.get(index)
        if before is None or len(text) > before[0]:
            told[index] = (len(text), language, text)
    told |= certain
    for index, (_, language, text) in told.items():
        units, room = _screen(text)
        yield Finding(
            subject.compiled.spans[index],
            f"this USSD screen {'has' if index in certain else 'may come to'} {units} characters"
            f" in `{language}`, and {room} fit",
            _shorter(turns, index, language, "ussd", text),
            severity=None if index in certain else "warning",
        )
    for index, node in enumerate(turns.program.nodes):
        options = _options(node)
        always = sum(option.guard is None for option in options)
        if always > USSD_OPTIONS_MAX:
            yield Finding(
                subject.compiled.spans[index],
                f"this menu has {always} options, and a USSD screen takes {USSD_OPTIONS_MAX}",
                "put some of them in a second menu",
            )


@rule("C504", "path-cost", "info")
def path_cost(subject: Subject) -> Iterator[Finding]:
    """What an order costs: SMS parts and seconds of speech, at best, by the shortest way, and at worst.

    What it does
    Adds up what is sent to the buyer from the first turn until the order is placed and confirmed. At best: the
    cheapest way, shortcuts of `anywhere` included. Usual: the way of fewest turns. At worst: every question on any way
    to an order once, each at its longest.

    Why
    The seller pays for every part and every minute, and should know before the first buyer comes.

    Example
    ```flow
    catalog
      item 101 price 18.00 stock 40 牛肉面
    step start
      ask dish as product of catalog
        say 想吃什么？
      add 1 of dish to cart
      place order
        when sold out -> start
        when failed -> start
      goodbye
    ```

    Write instead
    ```flow
    # Nothing is wrong: a flow without `place order` has no such price.
    step start
      say 您好。
      goodbye
    ```
    """
    span = next(
        (step.span for step in subject.steps if step.name == "start"),
        subject.steps[0].span if subject.steps else None,
    )
    if span is None or not any(isinstance(node, p.PlaceOrder) for node in subject.program.nodes):
        return
    turns = turns_of(subject)
    for channel in ("sms", "voice"):
        if channel not in subject.program.channels:
            continue
        costs = [
            (language, cost)
            for language in subject.program.languages
            if (cost := path_costs(turns, channel, language)) is not None
        ]
        if costs:
            said = "; ".join(_cost_text(language, cost, channel) for language, cost in costs)
            yield Finding(span, f"what an order costs by {_NAMES[channel]}: {said}")


_NAMES = {"sms": "SMS", "voice": "phone"}


def _cost_text(language: str, cost: Cost, channel: str) -> str:
    best, usual, worst = round(cost.cheapest), round(cost.usual), round(cost.worst)
    unit = f"part{'s' * (best != 1)}" if channel == "sms" else "s of speech"
    answers = f"{cost.usual_turns} answer{'s' * (cost.usual_turns != 1)}"
    return f"`{language}` {best} {unit} at best, {usual} usually ({answers}), {worst} at worst"


@rule("C505", "long-prompt", "warning")
def long_prompt(subject: Subject) -> Iterator[Finding]:
    """A caller listens for more than 15 seconds before the first option.

    What it does
    Adds up what is said in a turn before the question's options, with usual values, at 4.5 Chinese characters or 15
    letters a second.

    Why
    Callers hang up, or press 0 for a person who costs more than the sale.

    Example
    ```flow
    shop 老王面馆
      channels voice
    step start
      say 您好，欢迎致电老王面馆，本店开业已有三十年，坚持用新鲜牛肉和手工面条，每天早上九点开门，晚上九点打烊，节假日照常营业，满一百元免费送货到家。
      menu 请选择您需要的服务：
        1 下单 -> start
        2 查询订单 -> start
    ```

    Write instead
    ```flow
    shop 老王面馆
      channels voice
    step start
      say 您好，欢迎致电老王面馆。
      menu 请选择：
        1 下单 -> start
        2 查询订单 -> start
    ```
    """
    turns = turns_of(subject)
    if "voice" not in turns.program.channels:
        return
    sayings = turns.sayings("voice", "usual")
    worst: dict[int, tuple[float, str]] = {}
    for run in turns.all_runs("voice"):
        if run.end == p.NOWHERE or not isinstance(turns.program.nodes[run.end], p.Menu | p.Ask):
            continue
        said = [sayings.said(index, spoken) for index, spoken in run.said]
        said.append(sayings.before_options(run.end, run.language))
        # Only texts that can take so long are worth measuring.
        if sum(map(len, said)) < PROMPT_S_MAX * 4:
            continue
        seconds = sum(speech.seconds(text, run.language) for text in said)
        if seconds > max(PROMPT_S_MAX, worst.get(run.end, (0.0, ""))[0]):
            worst[run.end] = (seconds, run.language)
    for index, (seconds, language) in worst.items():
        yield Finding(
            subject.compiled.spans[index],
            f"a caller listens for {seconds:.0f} s in `{language}` before this question's first option",
            "say less before it, or write a shorter `voice:` line",
        )


@rule("C506", "long-menu", "warning")
def long_menu(subject: Subject) -> Iterator[Finding]:
    """A menu reads more than five options to a caller.

    What it does
    Counts the options with a key of every menu and choice in a shop with the channel voice.

    Why
    Nobody keeps six options in mind while listening. On a screen nine are fine: C503 counts those.

    Example
    ```flow
    shop 老王面馆
      channels voice
    step start
      menu 请选择：
        1 牛肉面 -> start
        2 炸酱面 -> start
        3 凉拌黄瓜 -> start
        4 酸梅汤 -> start
        5 查订单 -> start
        6 人工 -> start
    ```

    Write instead
    ```flow
    shop 老王面馆
      channels voice
    step start
      menu 请选择：
        1 点面 -> start
        2 点小菜 -> start
        3 查订单 -> start
    ```
    """
    if "voice" not in subject.program.channels:
        return
    for index, node in enumerate(subject.program.nodes):
        spoken = sum(option.key is not None for option in _options(node))
        if spoken > VOICE_OPTIONS_MAX:
            yield Finding(
                subject.compiled.spans[index],
                f"{spoken} options are read to a caller, and {VOICE_OPTIONS_MAX} can be remembered",
                "put some of them in a second menu, or ask for a name",
            )


_KEY_FIRST = {
    "zh": re.compile(
        r"按\s*(?:[0-9０-９*#＊＃]|星号|井号)\s*键?\s*(?![或再后然即以和并直份个元折斤克件公千人天周月年小])[一-鿿]"
    ),
    "en": re.compile(
        r"\bpress\s+(?:[0-9*#]|one|two|three|four|five|six|seven|eight|nine|zero|star|hash|pound)"
        r"\s+(?:for|to)\b",
        re.IGNORECASE,
    ),
}


@rule("C507", "option-before-key", "warning")
def option_before_key(subject: Subject) -> Iterator[Finding]:
    """A spoken text gives the key before what it is for.

    What it does
    Looks in the texts of a call for "press 1 for", "按1查询".

    Why
    A caller listens for the wish and then needs the key: said first, the key is forgotten when the wish comes. Menus
    made from options are right by themselves.

    Example
    ```flow
    shop Green Tea House
      languages en
      channels voice
    step start
      say Press 1 for orders, press 2 for help.
      goodbye
    ```

    Write instead
    ```flow
    shop Green Tea House
      languages en
      channels voice
    step start
      menu Please choose:
        1 orders -> start
        2 help -> start
    ```
    """
    if "voice" not in subject.program.channels:
        return
    for written in texts_of(subject):
        if written.part not in SENTENCES or written.part == "sms":
            continue
        for line in written.lines:
            found = _key_first(line.text) if "voice" in line.channels else None
            if found:
                yield Finding(
                    line.span,
                    f"“{found}” gives the key before what it is for",
                    "put the key last (“For orders, press 1”, “下单请按1”), or make it a `menu`",
                )


@lru_cache(maxsize=50_000)
def _key_first(text: str) -> str | None:
    for pattern in _KEY_FIRST.values():
        if found := pattern.search(text):
            return found[0]
    return None


# --- messages ---

_Message = tuple[int, str, str]
"""The node where a message ends, its language, its text."""


def _messages(turns: Turns, channel: str) -> list[_Message]:
    """Every message of a written channel, filled with the longest values."""
    sayings = turns.sayings(channel, "longest")
    found = [
        (_node(run), run.language, sayings.message(run))
        for run in turns.all_runs(channel)
        if run.end != p.NOWHERE or run.said
    ]
    for index, node in enumerate(turns.program.nodes):
        if isinstance(node, p.Menu | p.Ask):
            for language in turns.program.languages:
                found += [(index, language, text) for text in sayings.retries(index, language)]
    return found


def _all_sms(turns: Turns) -> list[_Message]:
    """Every message of the channel SMS, and every `send sms` as it is worded on each channel."""
    program = turns.program
    found = _messages(turns, "sms") if "sms" in program.channels else []
    for index, node in enumerate(program.nodes):
        if isinstance(node, p.SendSms):
            for language in program.languages:
                texts = [
                    turns.sayings(c, "longest").said(index, language) for c in program.channels
                ]
                found += [(index, language, text) for text in dict.fromkeys(texts)]
    return found


def _certain_overflows(turns: Turns) -> dict[int, tuple[int, str, str]]:
    """Nodes whose own text, with usual values, is too long for a screen: length, language, text."""
    sayings = turns.sayings("ussd", "usual")
    found: dict[int, tuple[int, str, str]] = {}
    for index, node in enumerate(turns.program.nodes):
        if not isinstance(node, p.Say | p.Menu | p.Ask):
            continue
        for language in turns.program.languages:
            said = isinstance(node, p.Say)
            text = sayings.said(index, language) if said else sayings.question(index, language)
            if _overflows(text) and len(text) > found.get(index, (0, "", ""))[0]:
                found[index] = (len(text), language, text)
    return found


def _overflows(text: str) -> bool:
    # The commonest screen needs no counting: it is short in either alphabet.
    if len(text) <= USSD_UNITS_MAX // 2:
        return False
    units, room = _screen(text)
    return units > room


def _node(run: Run) -> int:
    return run.said[-1][0] if run.end == p.NOWHERE else run.end


@lru_cache(maxsize=20_000)
def _count(text: str) -> Parts:
    return count_parts(text)


@lru_cache(maxsize=20_000)
def _screen(text: str) -> tuple[int, int]:
    """What a USSD screen takes, and what there is room for."""
    alphabet = choose(text)
    return count_units(text, alphabet), USSD_UNITS_MAX if alphabet is UCS2 else USSD_SEPTETS_MAX


def _options(node: p.AnyNode) -> tuple[p.Option, ...]:
    match node:
        case p.Menu(options=options) | p.Ask(choices=options):
            return options
        case _:
            return ()


def _shorter(turns: Turns, index: int, language: str, channel: str, text: str) -> str:
    """Advice on a message that is too long: the value that takes most of it, or the letters that make it dear."""
    sayings = turns.sayings(channel, "longest")
    found = [
        widest
        for wording in wordings_of(turns.program.nodes[index])
        if (widest := sayings.lengths.widest(sayings.written(wording, language), language))
    ]
    name, characters = max(found, key=lambda entry: entry[1], default=("", 0))
    if characters >= WIDE_CHARACTERS_MIN:
        return (
            f"`{name}` may have {characters} characters: leave it out of a `{channel}:` line,"
            f" or show its beginning, `{{{{ {name}|cut(30) }}}}`"
        )
    outside = "".join(dict.fromkeys(c for c in text if c not in DEFAULT.characters))
    if 0 < len(outside) <= len(text) // _CULPRITS_SHARE:
        return f"without `{outside}` it would go in GSM 7-bit, where twice as much fits"
    return f"write a shorter `{channel}:` line, or say less before the question"


def _dear_lines(
    subject: Subject,
) -> list[tuple[str, Span, tuple[tuple[str, str | None], ...]]]:
    """Lines that are GSM 7-bit but for a few characters: the line, its span, each character and what replaces it."""
    found: list[tuple[str, Span, tuple[tuple[str, str | None], ...]]] = []
    for written in texts_of(subject):
        if written.part in ("tell", "product", "shop"):
            continue
        for line in written.lines:
            if not _culprits(line.text):
                continue
            if "sms" in line.channels or (written.part == "sms" and line.readers):
                named = written.part in ("option", "choice")
                text = re.split(r"[|｜]", line.text)[0].strip() if named else line.text
                if culprits := _culprits(text):
                    found.append((text, line.span, culprits))
    return found


_BRACES = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")
_CULPRITS_SHARE = 10
"""A line with one character in so many outside GSM 7-bit is meant to be in it."""


@lru_cache(maxsize=50_000)
def _culprits(text: str) -> tuple[tuple[str, str | None], ...]:
    text = _BRACES.sub("", text)
    outside = [c for c in dict.fromkeys(text) if c not in DEFAULT.characters]
    if not outside:
        return ()
    plains = [(c, plain if (plain := transliterate(c)) != c else None) for c in outside]
    stubborn = sum(text.count(c) for c, plain in plains if plain is None)
    letters = sum(map(str.isalnum, text))
    latin = any(c.isascii() and c.isalpha() for c in text)
    if stubborn * _CULPRITS_SHARE > letters or not latin:
        return ()
    return tuple(plains)


def _holds(text: str, line: str) -> bool:
    """Whether a message holds a line, as far as its longest run of characters that do not change shows."""
    plain = max(_BRACES.split(line), key=len)
    return plain in text
