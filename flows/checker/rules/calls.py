"""C505 to C508: what a caller has to listen to and keep in mind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from flows import program as p
from flows import speech
from flows.checker.rule import Finding, rule
from flows.checker.subject import Subject
from flows.checker.told.sayings import options_of
from flows.checker.told.turns import turns_of
from flows.checker.written.wording import SENTENCES, texts_of

VOICE_OPTIONS_MAX = 5
"""More cannot be kept in mind while listening."""
PROMPT_S_MAX = 15.0
"""Before the first option is told."""
ANNOUNCED_S_MAX = 8.0
"""Of what a caller cannot stop."""
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
        1 下单      -> start
        2 查询订单  -> start
    ```

    Write instead
    ```flow
    shop 老王面馆
      channels voice

    step start
      say 您好，欢迎致电老王面馆。
      menu 请选择：
        1 下单      -> start
        2 查询订单  -> start
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
        1 牛肉面    -> start
        2 炸酱面    -> start
        3 凉拌黄瓜  -> start
        4 酸梅汤    -> start
        5 查订单    -> start
        6 人工      -> start
    ```

    Write instead
    ```flow
    shop 老王面馆
      channels voice

    step start
      menu 请选择：
        1 点面    -> start
        2 点小菜  -> start
        3 查订单  -> start
    ```
    """
    if "voice" not in subject.program.channels:
        return
    for index, node in enumerate(subject.program.nodes):
        spoken = sum(option.key is not None for option in options_of(node, "voice"))
        if spoken > VOICE_OPTIONS_MAX:
            yield Finding(
                subject.compiled.spans[index],
                f"{spoken} options are read to a caller, and {VOICE_OPTIONS_MAX} can be remembered",
                "put some of them in a second menu, or ask for a name",
            )


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
        1 orders  -> start
        2 help    -> start
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


@rule("C508", "no-barge-in", "warning")
def no_barge_in(subject: Subject) -> Iterator[Finding]:
    """A caller cannot get past a text of more than 8 seconds.

    What it does
    Measures every `announce` of a shop with the channel voice, with usual values, at 4.5 Chinese characters or 15
    letters a second.

    Why
    Who calls for the second time knows the notice, and still has to wait for its end: many hang up.

    Example
    ```flow
    shop 老王面馆
      channels voice

    step start
      announce 为保证服务质量，您的通话将被录音，录音保存三个月，只用于处理投诉，您可以随时要求删除，继续通话即表示同意。
      goodbye
    ```

    Write instead
    ```flow
    shop 老王面馆
      channels voice

    step start
      announce 为保证服务质量，您的通话将被录音。
      goodbye
    ```
    """
    if "voice" not in subject.program.channels:
        return
    sayings = turns_of(subject).sayings("voice", "usual")
    for index, node in enumerate(subject.program.nodes):
        if not isinstance(node, p.Say) or not node.to_its_end:
            continue
        taken = {
            language: speech.seconds(sayings.said(index, language), language)
            for language in subject.program.languages
        }
        language = max(taken, key=taken.__getitem__)
        if taken[language] > ANNOUNCED_S_MAX:
            yield Finding(
                subject.compiled.spans[index],
                f"this takes {taken[language]:.0f} s in `{language}`, and a caller cannot get past it",
                "announce what must be heard alone, and `say` the rest",
            )
