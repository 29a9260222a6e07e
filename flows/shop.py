"""What is a seller's own in a program: goods, names, hours. All else sellers of one template may share."""

from __future__ import annotations

from functools import cached_property

from flows.phrases import Phrases, product_phrases
from flows.program import CHANNELS, Product, Program, names_by_language
from flows.settings import hours_text

_SMS = CHANNELS.index("sms")


class Shop:
    """Made when a seller's program is; what few buyers come to, when the first does, and then apart from what every turn looks at."""

    __slots__ = (
        "__dict__",
        "_goods",
        "catalog",
        "hours",
        "menus",
        "names",
        "number",
        "products",
        "program",
        "session_s",
        "timezone",
    )

    def __init__(self, program: Program) -> None:
        self.program = program
        self.products = {product.code: product for product in program.products}
        self.hours = program.hours
        self.timezone = program.timezone
        self.names = program.shop_names
        self.number = program.number
        self.catalog = program.products
        limits = program.limits
        self.session_s = (limits.voice_session_s, limits.sms_session_s, limits.ussd_session_s)
        """How long a session lasts, by channel."""
        self.menus: dict[object, str] = {}
        """Options of menus as they are shown, where they say the same in every turn; see flows.machine.questions."""
        self._goods: dict[str | None, tuple[Phrases, list[str]]] = {}

    def goods(self, group: str | None) -> tuple[Phrases, list[str]]:
        """What products of a group are called, of all for None, and the codes that a meaning is an index into."""
        goods = self._goods.get(group)
        if goods is None:
            products = [product for product in self.catalog if group in (None, product.group)]
            codes = [product.code for product in products]
            goods = self._goods[group] = product_phrases(products), codes
        return goods

    @cached_property
    def names_by_language(self) -> dict[str, str]:
        """Its name by language; nothing where it has one for all."""
        return names_by_language(self.program)

    @cached_property
    def groups(self) -> dict[str, list[Product]]:
        """Products by group."""
        groups: dict[str, list[Product]] = {}
        for product in self.catalog:
            groups.setdefault(product.group, []).append(product)
        return groups

    @cached_property
    def hours_texts(self) -> list[str]:
        """Opening hours in words, by language."""
        return [hours_text(self.hours, language) for language in self.program.languages]

    @cached_property
    def choices(self) -> dict[str, dict[str | None, list[str]]]:
        """What values of choices are called, by question and value, then by language."""
        program = self.program
        count = len(program.languages)
        return {
            question: {
                option.value: [
                    program.texts[place]
                    for place in program.wordings[option.label][_SMS * count :][:count]
                ]
                for option in options
            }
            for question, options in program.choices.items()
        }
