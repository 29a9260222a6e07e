"""What a caller left in their own voice, confirmed in writing from the seller's code: the address of an order, a message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from center.recordings import named, parts
from flows import prompts
from flows.effects import Effect, PlaceOrder, TellShop
from flows.machine import Machine


def confirmations(effects: Sequence[Effect], machine: Machine, language: str) -> Iterator[str]:
    """A text for each recording that an effect of a turn bears; none where the shop has no code to text from."""
    if not machine.program.codes.get("sms"):
        return
    shop = machine.program.shop_names[machine.languages.get(language, 0)]
    for effect in effects:
        match effect:
            case PlaceOrder(address=text):
                word = "recorded_address"
            case TellShop(text=text):
                word = "recorded_message"
            case _:
                continue
        for number, is_recording in parts(text):
            if is_recording:
                recording = named(number, language)
                yield prompts.word(word, language).format(shop=shop, recording=recording)
