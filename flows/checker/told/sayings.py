"""What the nodes of a program say on one channel, their texts filled at one size."""

from __future__ import annotations

from functools import lru_cache

from flows import program as p
from flows import prompts
from flows.answers import offered_addresses
from flows.checker.ways.runs import Run
from flows.inputs import ADDRESSES_MAX
from flows.length import Lengths


class Sayings:
    """Texts of one program on one channel."""

    def __init__(self, program: p.Program, channel: str, lengths: Lengths) -> None:
        self.program = program
        self.channel = channel
        self.lengths = lengths
        self._said: dict[tuple[int, str], str] = {}
        self._parts: dict[Run, tuple[str, ...]] = {}
        self._questions: dict[tuple[int, str], str] = {}
        first = p.CHANNELS.index(channel) * len(program.languages)
        self._columns = {
            language: first + column for column, language in enumerate(program.languages)
        }

    def text(self, wording: int, language: str) -> str:
        """A wording as a buyer gets it."""
        column = self._columns[language]
        return self.lengths.text(
            self.program.texts[self.program.wordings[wording][column]], language
        )

    def written(self, wording: int, language: str) -> str:
        """A wording as the seller wrote it."""
        return self.program.texts[self.program.wordings[wording][self._columns[language]]]

    def parts(self, run: Run) -> tuple[str, ...]:
        """The texts of a turn in order, the question last."""
        found = self._parts.get(run)
        if found is None:
            kept = self._said
            # This is the innermost loop of every rule of lengths: a text is looked up before it is asked for.
            texts = [kept[key] if key in kept else self.said(*key) for key in run.said]
            if run.end != p.NOWHERE:
                texts.append(self.question(run.end, run.language))
            found = self._parts[run] = tuple([text for text in texts if text])
        return found

    def message(self, run: Run) -> str:
        """The texts of a turn as one message, as SMS and USSD send them."""
        return "\n".join(self.parts(run))

    def said(self, index: int, language: str) -> str:
        """The text of a `say` or `send sms`, as it is given."""
        found = self._said.get((index, language))
        if found is None:
            node = self.program.nodes[index]
            assert isinstance(node, p.Say | p.SendSms)
            found = self._said[index, language] = self.text(node.wording, language)
        return found

    def question(self, index: int, language: str) -> str:
        """What a question says of itself, with its options; nothing for what is no question."""
        found = self._questions.get((index, language))
        if found is None:
            found = self._questions[index, language] = self._question(index, language)
        return found

    def before_options(self, index: int, language: str) -> str:
        """What a question says before its options; for a hand-over, what is said on the way."""
        texts = [self.text(wording, language) for wording in wordings_of(self.program.nodes[index])]
        return ("" if self.channel == "voice" else "\n").join(text for text in texts if text)

    def retries(self, index: int, language: str) -> list[str]:
        """The messages to an answer that was not understood, with the question where it is asked again."""
        node = self.program.nodes[index]
        if not isinstance(node, p.Menu | p.Ask):
            return []
        own = [self.text(wording, language) for wording in node.retry.no_match]
        if isinstance(node, p.Ask):
            if own:
                return own
            by_star = self.channel == "voice" and self.program.decimals > 0
            default = prompts.no_match(node.type, language, node.lower, node.upper, by_star=by_star)
        else:
            default = prompts.word("no_match", language)
        again = self.question(index, language)
        return [f"{reply}\n{again}" for reply in own or [default]]

    def _question(self, index: int, language: str) -> str:
        before = self.before_options(index, language)
        node = self.program.nodes[index]
        match node:
            case p.Menu(options=options):
                return _joined(before, self._listed(options, language), self.channel, language)
            case p.Ask(choices=options) if options:
                return _joined(before, self._listed(options, language), self.channel, language)
            case p.Ask(type="address", group="buyer"):
                address = self.lengths.text("{{ buyer.address }}", language)
                known = [address] * (ADDRESSES_MAX if self.lengths.most else 1)
                listed = offered_addresses(known, self.channel)
                return _joined(before, tuple(listed), self.channel, language)
            case p.Ask(type="yesno"):
                lines = prompts.yesno_hint(self.channel, language)
            case _:
                return before
        return prompts.prompt_with_menu(before, lines, self.channel)

    def _listed(self, options: tuple[p.Option, ...], language: str) -> _Listed:
        return tuple(
            [
                (option.key, self.text(option.label, language))
                for option in p.offered(options, self.channel)
            ]
        )


_Listed = tuple[tuple[str | None, str], ...]
"""Options as their keys and labels."""


# Most menus are as they were at the last check.
@lru_cache(maxsize=10_000)
def _joined(before: str, listed: _Listed, channel: str, language: str) -> str:
    lines = prompts.menu_lines(list(listed), channel, language)
    return prompts.prompt_with_menu(before, lines, channel)


def wordings_of(node: p.AnyNode) -> tuple[int, ...]:
    """The wordings that a node says, options and retries left out."""
    match node:
        case p.Say(wording=wording) | p.SendSms(wording=wording) | p.TellShop(wording=wording):
            return (wording,)
        case p.Ask(wordings=wordings) | p.HandOver(wordings=wordings):
            return wordings
        case p.Menu(wording=wording) if wording is not None:
            return (wording,)
        case _:
            return ()


def options_of(node: p.AnyNode, channel: str) -> tuple[p.Option, ...]:
    """The options that a menu or a choice has on a channel; none for any other node."""
    match node:
        case p.Menu(options=options) | p.Ask(choices=options):
            return p.offered(options, channel)
        case _:
            return ()
