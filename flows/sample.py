"""The widest values, or the usual ones, that the names of a flow's texts can have.

Types give the bounds (a number's range, an address cut at ADDRESS_CHARACTERS_MAX, the longest product name). Where the
flow gives none, a constant below does, and says that it is assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

import msgspec

from flows import program as p
from flows import prompts
from flows.answers import ADDRESS_CHARACTERS_MAX, NOTE_CHARACTERS_MAX
from flows.render import money
from flows.settings import hours_text
from flows.turn import LINES_MAX
from grammars.digits import DIGITS_MAX

Size = Literal["longest", "usual"]

CART_LINES_LONGEST = 5
"""Different products in the largest cart that texts are filled with. Assumed: LINES_MAX would fill ten SMS parts that
nobody receives."""
CART_LINES_USUAL = 2
"""Assumed."""
QUANTITY_LONGEST = 9_999
"""What `<qty:number>` takes at most."""
ADDRESS_CHARACTERS_USUAL = 30
"""Assumed: a Chinese address with district, road, building and flat has 20 to 35 characters."""
NOTE_CHARACTERS_USUAL = 30
"""Assumed."""
NAME_CHARACTERS_LONGEST = 20
"""A buyer's name. Assumed."""
NAME_CHARACTERS_USUAL = 8
"""Assumed."""
ANSWER_CHARACTERS_LONGEST = 40
"""A text that a partner's service or a seller's grammar gives. Assumed: the flow does not bound it."""
NUMBER_LONGEST = 99_999
"""A number that nothing bounds. Assumed."""
MONEY_LONGEST = 9_999_999
"""Minor units of an amount that nothing bounds. Assumed."""
PHONE_DIGITS_LONGEST = 15
"""E.164, section 6.1."""

_FILLERS: Mapping[str, str] = {"zh": "字", "ja": "字", "ko": "글", "ru": "ж", "uk": "ж", "ar": "ن",
                               "fa": "ن", "ur": "ن", "hi": "न", "bn": "ন", "ta": "ந", "th": "น"}  # fmt: skip
"""A letter of the languages that do not fit in GSM 7-bit; buyers are taken to write in the language they chose."""


class Cart(list[dict[str, object]]):
    """Lines of a cart."""

    different: int = 0
    """How many the cart may have, which can be more than are listed."""


class Bounds:
    """What of a program decides the values that its names can have. Two programs with the same are equal.

    An edit of a text or of an arrow leaves them as they are, so what was filled with them before still stands.
    """

    def __init__(self, program: p.Program) -> None:
        self.languages = program.languages
        self.shop_names = program.shop_names
        self.number = program.number
        self.hours = program.hours
        self.decimals = program.decimals
        self.products = tuple([_at_its_widest(product) for product in program.products])
        self.variables = program.variables
        self.asked = tuple(
            [
                (node.name, node.type, node.lower, node.upper)
                for node in program.nodes
                if isinstance(node, p.Ask)
            ]
        )
        """Name, type and range of every question."""
        self.slots = tuple([slot for option in program.anywhere for slot in option.slots])
        columns = len(program.languages)
        self.labels = {
            question: [
                [program.texts[i] for i in program.wordings[option.label][columns : 2 * columns]]
                for option in options
            ]
            for question, options in program.choices.items()
        }
        """Question of a choice to the labels of its values, each by language."""
        # Whatever is added above is part of the key.
        self._key = msgspec.msgpack.encode(list(vars(self).values()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Bounds) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


def _at_its_widest(product: p.Product) -> p.Product:
    """A product whose price is the highest of as many digits: a new price need not fill all texts anew."""
    return p.Product(
        product.code,
        product.names,
        _nines(product.price),
        product.stock,
        product.group,
        product.unit,
        product.phrases,
    )


def _nines(number: int) -> int:
    return 10 ** len(str(number)) - 1


class Samples:
    """Values of names at one size."""

    def __init__(self, bounds: Bounds, size: Size) -> None:
        self.bounds = bounds
        self.most = size == "longest"
        self.languages = {language: index for index, language in enumerate(bounds.languages)}
        self._products: dict[int, list[p.Product]] = {}

    def value(self, parts: tuple[str, ...], language: str) -> object:
        """What a path gives: a text, a number, a list of records; None for a truth or a name that is not there."""
        name, *rest = parts
        kind = self.bounds.variables.get(name)
        if kind is not None:
            return self._variable(name, kind, rest, language)
        index = self.languages.get(language, 0)
        field = rest[0] if rest else ""
        match name:
            case "shop":
                return {
                    "name": self.bounds.shop_names[index],
                    "number": self.bounds.number,
                    "hours_text": hours_text(self.bounds.hours, language),
                }.get(field)
            case "buyer" if field == "last_order":
                return self._order(rest[1] if len(rest) > 1 else "number", language)
            case "buyer":
                return self._buyer(field, language)
            case "order":
                return self._order(field or "number", language)
            case "cart":
                return self._order(field, language)
            case "catalog":
                return [
                    self._product(product, index)
                    for product in self.bounds.products
                    if not field or product.group == field
                ]
            case "lang":
                return language
            case "channel":
                return "voice"
            case "today":
                return self._date(language)
            case _:
                return None

    def _buyer(self, field: str, language: str) -> object:
        letter = _FILLERS.get(language, "n")
        match field:
            case "number":
                return "1" * (PHONE_DIGITS_LONGEST if self.most else 11)
            case "name":
                return letter * (NAME_CHARACTERS_LONGEST if self.most else NAME_CHARACTERS_USUAL)
            case "address":
                return letter * (ADDRESS_CHARACTERS_MAX if self.most else ADDRESS_CHARACTERS_USUAL)
            case _:
                return None

    def _order(self, field: str, language: str) -> object:
        match field:
            case "number":
                return "AA0001" if self.most else "A0001"
            case "total":
                return self._money(self._total(language))
            case "eta":
                return self._date(language) if self.most else "12:40"
            case "status":
                words = [
                    prompts.word(status, language)
                    for status in ("placed", "confirmed", "shipped", "delivered", "cancelled")
                ]
                return max(words, key=len) if self.most else words[0]
            case "missing":
                return self._sample(language).get("name", "")
            case "count":
                return sum(quantity for _, quantity in self._lines(language))
            case "summary":
                pattern = prompts.word("line", language)
                index = self.languages.get(language, 0)
                return prompts.word("line_join", language).join(
                    pattern.format(name=product.names[index], quantity=quantity)
                    for product, quantity in self._lines(language)
                )
            case "lines":
                index = self.languages.get(language, 0)
                lines = Cart(
                    {
                        **self._product(product, index),
                        "quantity": quantity,
                        "total": self._money(product.price * quantity),
                    }
                    for product, quantity in self._lines(language)
                )
                most = min(len(self.bounds.products), LINES_MAX)
                lines.different = most if self.most else len(lines)
                return lines
            case _:
                return None

    def _variable(self, name: str, kind: str, rest: list[str], language: str) -> object:
        base, _, detail = kind.partition(":")
        if base == "product":
            return self._sample(language).get(rest[0] if rest else "code", "")
        if base == "choice":
            index = self.languages.get(language, 0)
            labels = [by_language[index] for by_language in self.bounds.labels.get(detail, ())]
            return _longest_or_middle(labels, most=self.most)
        if base == "answer":
            kinds = dict(pair.split("=") for pair in detail.split(",") if pair)
            base = kinds.get(rest[0] if rest else "", "text")
        match base:
            case "number":
                lower, upper = self._ranges.get(name, (0, NUMBER_LONGEST))
                return max((str(lower), str(upper)), key=len) if self.most else max(lower, 2)
            case "money":
                return self._money(MONEY_LONGEST if self.most else 2_000)
            case "date":
                return self._date(language)
            case "lines":
                return self._order("lines", language)
            case _:
                return self._free(name, language)

    def _free(self, name: str, language: str) -> str:
        """A variable of type text: an answer in words or digits."""
        letter = _FILLERS.get(language, "n")
        widest = ""
        for asked, kind, _, upper in self.bounds.asked:
            if asked != name:
                continue
            match kind:
                case "digits" | "pin":
                    value = "0" * min(upper or PHONE_DIGITS_LONGEST, DIGITS_MAX)
                case "phone":
                    value = "1" * (PHONE_DIGITS_LONGEST if self.most else 11)
                case "address":
                    value = letter * (
                        ADDRESS_CHARACTERS_MAX if self.most else ADDRESS_CHARACTERS_USUAL
                    )
                case "text":
                    value = letter * (NOTE_CHARACTERS_MAX if self.most else NOTE_CHARACTERS_USUAL)
                case _:
                    value = letter * (ANSWER_CHARACTERS_LONGEST if self.most else 10)
            widest = max(widest, value, key=len)
        return widest or letter * (ANSWER_CHARACTERS_LONGEST if self.most else 10)

    # --- samples ---

    @cached_property
    def _ranges(self) -> dict[str, tuple[int, int]]:
        """Lowest and highest value of every number that is asked for."""
        found: dict[str, tuple[int, int]] = {}
        for name, kind, lower, upper in self.bounds.asked:
            if kind == "number":
                before = found.get(name, (0, 0))
                most = NUMBER_LONGEST if upper is None else upper
                found[name] = (min(before[0], lower or 0), max(before[1], most))
        for name, kind in self.bounds.slots:
            if kind == "number":
                found[name] = (found.get(name, (0, 0))[0], QUANTITY_LONGEST)
        return found

    def _lines(self, language: str) -> list[tuple[p.Product, int]]:
        """The cart: the products with the longest names, all that is in stock of each."""
        index = self.languages.get(language, 0)
        if index not in self._products:
            by_name = sorted(self.bounds.products, key=lambda product: -len(product.names[index]))
            if self.most:
                self._products[index] = by_name[:CART_LINES_LONGEST]
            else:
                middle = max(0, (len(by_name) - CART_LINES_USUAL) // 2)
                self._products[index] = by_name[middle : middle + CART_LINES_USUAL]
        return [
            (product, min(max(1, product.stock), QUANTITY_LONGEST) if self.most else 2)
            for product in self._products[index]
        ]

    def _total(self, language: str) -> int:
        if not self.most:
            return sum(product.price * quantity for product, quantity in self._lines(language))
        costs = sorted(
            product.price * min(max(1, product.stock), QUANTITY_LONGEST)
            for product in self.bounds.products
        )
        return sum(costs[-CART_LINES_LONGEST:])

    def _product(self, product: p.Product, index: int) -> dict[str, object]:
        return {
            "code": product.code,
            "name": product.names[index],
            "price": self._money(product.price),
            "stock": product.stock,
            "unit": product.unit,
        }

    def _sample(self, language: str) -> dict[str, object]:
        """A product every field of which is the longest, or of middling length, in the catalog."""
        index = self.languages.get(language, 0)
        listed = [self._product(product, index) for product in self.bounds.products]
        if not listed:
            return {}
        return {
            field: _longest_or_middle([str(product[field]) for product in listed], most=self.most)
            for field in listed[0]
        }

    def _money(self, minor: int) -> str:
        return money(minor, self.bounds.decimals)

    def _date(self, language: str) -> str:
        return "12月31日" if language == "zh" else "31 Dec"


def _longest_or_middle(texts: list[str], *, most: bool) -> str:
    if not texts:
        return ""
    return max(texts, key=len) if most else sorted(texts, key=len)[len(texts) // 2]
