"""Each kind of effect goes to its own performer."""

from dataclasses import dataclass, field

from center.awaited import Awaited
from center.contact import ContactKey
from center.performers import Performers
from flows import effects
from flows.inputs import Outcome

BUYER = ContactKey("shop", "13800138000", "sms")
HAND_OVER, REQUEST = effects.HandOver("sales"), effects.Request("crm", "look_up", ())


@dataclass
class Remembering:
    """A performer whose outcomes all come later."""

    done: list[str] = field(default_factory=list[str])

    def at_once(self, contact, effect) -> None:
        return None

    def heard(self, heard) -> None:
        self.done.append("heard")

    def turned_away(self, requests) -> None:
        self.done.append("turned away")

    def perform(self, awaited) -> None:
        self.done += [type(one.effect).__name__ for one in awaited]


def test_without_anybody_hand_overs_are_closed_and_all_else_fails() -> None:
    performers = Performers()
    assert performers.at_once(BUYER, HAND_OVER) == Outcome("closed")
    assert performers.at_once(BUYER, REQUEST) == Outcome("failed")
    assert performers.at_once(BUYER, effects.Pay(1)) == Outcome("failed")


def test_people_have_hand_overs_and_partners_requests_and_payments() -> None:
    performers = Performers()
    performers.people, performers.partners = people, partners = Remembering(), Remembering()
    assert performers.at_once(BUYER, REQUEST) is None
    assert performers.at_once(BUYER, effects.Pay(1)) is None
    performers.perform(
        [
            Awaited(BUYER, 1, 1, one, "1069", "carrier", 0)
            for one in (REQUEST, HAND_OVER, effects.Pay(1))
        ]
    )
    performers.heard([])
    performers.turned_away([])
    assert people.done == ["HandOver", "heard", "turned away"]
    assert partners.done == ["Request", "Pay"]
