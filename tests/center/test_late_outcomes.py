"""A USSD dialog is over before its partner has answered: what the flow ends with is texted."""

import pytest

from center.contact import Arrival, ContactKey
from center.shops import Shops
from center.turns import take_turns
from center.visit.taking import DIALOG_WAITS_S
from center.world import World
from flows.inputs import Input, Opened, Outcome, Text
from sms.ussd.channel import OUTCOME_WAIT_S
from tests.center.test_performers import Remembering
from tests.end_to_end.asking import ASKING
from tests.flows.shops import NOON
from tests.gateway.test_service_names import program_of

BUYER = ContactKey("shop", "13800138000", "ussd")
NOTED = ASKING.replace("  say Noted.\n  goodbye\n", "  say Noted.\n  -> start\n")


def texts_after(wait_s: int, flow: str = ASKING) -> list[str]:
    """What is texted when the answer comes after so long."""
    shops = Shops({"shop": b"p"}, lambda _: program_of(flow))
    world = World()

    def take(given: Input, at: int, asked: tuple[int, int] | None = None) -> list[str]:
        arrival = Arrival(BUYER, given, "*106#", "carrier", b"", 0, at, asked)
        changes = take_turns([arrival], world, shops, Remembering())
        return [text.text for text in changes.texts]

    assert take(Opened(), NOON) == take(Text("2"), NOON) == []
    awaited = world.awaited[BUYER]
    return take(Outcome("ok"), NOON + wait_s, (awaited.serial, awaited.turn))


def test_the_channel_waits_as_long() -> None:
    assert DIALOG_WAITS_S == OUTCOME_WAIT_S


@pytest.mark.parametrize(
    ("wait_s", "texts"), [(DIALOG_WAITS_S, []), (DIALOG_WAITS_S + 1, ["Noted."])]
)
def test_what_comes_too_late_for_a_screen_is_texted(wait_s: int, texts: list[str]) -> None:
    assert texts_after(wait_s) == texts


def test_where_the_flow_goes_on_who_dials_again_is_asked_there() -> None:
    assert texts_after(60, NOTED) == []


def test_without_a_code_for_texts_nothing_is_texted() -> None:
    assert (
        texts_after(
            60,
            ASKING.replace("channels sms, ussd", "channels ussd").replace("  sms code 1069\n", ""),
        )
        == []
    )
