"""What a buyer or the world might answer at a wait of a flow: one input for each thing that can happen there."""

from __future__ import annotations

from collections.abc import Iterator

from flows import expression as e
from flows import program as p
from flows.answers import FREE_TYPES
from flows.inputs import Input, Keys, Line, Outcome, Silence, Speech, Text
from flows.transcript.coverage import Column

NONSENSE = {"zh": "啊啊啊啊"}
ANY_NONSENSE = "zzzzzz"
PRODUCTS_MAX = 2
"""Products of a question that are tried."""
LITERALS_MAX = 4
"""Amounts of a flow's conditions that are tried, each with its neighbours."""


class Candidates:
    """Inputs for one flow on one channel in one language."""

    def __init__(self, program: p.Program, column: Column) -> None:
        self.program = program
        self.channel = column.channel
        self.chinese = column.language == "zh"
        self.nonsense_words = NONSENSE.get(column.language, ANY_NONSENSE)
        literals = list(_literals(program))
        self.numbers = sorted({x.value for x in literals if isinstance(x, e.Number)})
        self.amounts = sorted(
            {_minor(x, program.decimals) for x in literals if isinstance(x, e.Money)}
        )

    def at_question(self, question: p.Question) -> list[Input]:
        """Answers that the question understands, then one that it does not."""
        words = (
            [option_words(option) for option in p.offered(question.options, self.channel)]
            if isinstance(question, p.Menu)
            else self._answers(question)
        )
        return [*map(self.say, words), self._nonsense(question)]

    def say(self, words: str) -> Input:
        """Words as this channel carries them."""
        if self.channel != "voice":
            return Text(words)
        if words and not words.strip("0123456789*#"):
            return Keys(words)
        return Speech(words, 0.9)

    def anywhere(self, option: p.Option) -> Input:
        """A message that an option of `anywhere` takes."""
        if not option.slots:
            return self.say(option_words(option))
        product = self.program.products[0].code if self.program.products else "1"
        words = {
            "product": product,
            "number": "2",
            "phone": "13900139000",
            "money": "50",
            "digits": "1234",
            "date": "明天" if self.chinese else "tomorrow",
        }
        return self.say(" ".join(words.get(kind, "x") for _, kind in option.slots))

    def outcomes(self, at: str, cart: tuple[Line, ...]) -> list[Input]:
        """What may become of the effect waited for."""
        node = self.program.nodes[self.program.waits[at]]
        found: list[Input] = []
        match node:
            case p.PlaceOrder():
                found.append(Outcome("ok", {"number": "A0001", "eta": "12:40"}))
            case p.Request(results=results):
                found += [Outcome("ok", self._results(results, no)) for no in (False, True)]
                if all(kind != "yesno" for _, kind in results):
                    found.pop()
            case _:
                found.append(Outcome("ok"))
        assert isinstance(node, p.PlaceOrder | p.HandOver | p.Request | p.Pay)
        for name in node.outcomes:
            missing = {"missing": cart[0].code} if name == "sold out" and cart else {}
            found.append(Outcome(name, dict(missing)))
        return found

    def _results(
        self, results: tuple[tuple[str, str], ...], truth: bool
    ) -> dict[str, int | str | bool]:
        samples: dict[str, int | str | bool] = {
            "number": 1,
            "money": 10 ** (self.program.decimals + 1),
            "yesno": truth,
            "date": "2026-12-01",
        }
        return {name: samples.get(kind, name) for name, kind in results}

    def _nonsense(self, question: p.Question) -> Input:
        # Some questions take any words, so only saying nothing is no answer.
        takes_any = isinstance(question, p.Ask) and question.type in FREE_TYPES
        if self.channel == "voice" and (takes_any or isinstance(question, p.Menu)):
            return Silence()
        return Text(" ") if takes_any else self.say(self.nonsense_words)

    def _answers(self, ask: p.Ask) -> list[str]:
        match ask.type:
            case "product":
                products = [x for x in self.program.products if ask.group in (None, x.group)]
                return [product.code for product in products[:PRODUCTS_MAX]]
            case "number":
                low = ask.lower if ask.lower is not None else 1
                high = ask.upper if ask.upper is not None else max(low, 99)
                near = [x + d for x in self.numbers[:LITERALS_MAX] for d in (-1, 0, 1)]
                return [
                    str(x)
                    for x in dict.fromkeys([low, min(low + 1, high), high, *near])
                    if low <= x <= high
                ]
            case "digits" | "pin":
                return [("1234567890" * 4)[: ask.lower or 4]]
            case "phone":
                return ["13900139000"]
            case "money":
                unit = 10**self.program.decimals
                near = [x + d * unit for x in self.amounts[:LITERALS_MAX] for d in (-1, 0, 1)]
                return [str(x // unit) for x in dict.fromkeys([50 * unit, *near]) if x > 0]
            case "yesno":
                return ["1", "2"]
            case "date":
                return ["明天", "今天"] if self.chinese else ["tomorrow", "today"]
            case "choice":
                return [option_words(option) for option in ask.choices]
            case "grammar":
                return self._grammar_words(ask.group or "")
            case "address":
                return ["文三路1号" if self.chinese else "1 Market Road"]
            case _:
                return ["请回电" if self.chinese else "please call me"]

    def _grammar_words(self, name: str) -> list[str]:
        from grammars.srgs.analysis import phrases
        from grammars.srgs.errors import GrammarError
        from grammars.srgs.reader import read_grammar

        source, content = self.program.grammars.get(name, ("", b""))
        try:
            return phrases(read_grammar(content, uri=source), 2)
        except GrammarError:
            return []


def option_words(option: p.Option) -> str:
    """What chooses an option: its key, or its first phrase."""
    if option.key is not None:
        return option.key
    return option.phrases[0] if option.phrases else (option.value or "")


def _literals(program: p.Program) -> Iterator[e.Expression]:
    """Numbers and amounts that conditions compare something with."""
    for node in program.nodes:
        if not isinstance(node, p.Branch):
            continue
        try:
            waiting: list[e.Expression] = [e.parse_expression(node.condition)]
        except e.ExpressionError:
            continue
        while waiting:
            match waiting.pop():
                case e.Not(operand):
                    waiting.append(operand)
                case e.Every(operands) | e.Some(operands):
                    waiting += operands
                case e.Comparison(_, left, right) | e.Arithmetic(_, left, right):
                    waiting += (left, right)
                case e.Number() | e.Money() as literal:
                    yield literal
                case _:
                    pass


def _minor(amount: e.Money, decimals: int) -> int:
    return amount.whole * 10**decimals + int((amount.fraction + "0" * decimals)[:decimals] or 0)
