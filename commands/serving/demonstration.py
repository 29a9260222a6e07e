"""Trying the desk out: somebody to sign in as where all of it runs on this machine, and a shop that reaches a person now."""

from __future__ import annotations

import secrets

from center.acd.agent import Agent
from center.desk.person import HOUSE, Person
from commands.kept_files import people_file
from commands.serving.business import Business
from commands.settings.schema import Config
from flows.effects import HandOver
from flows.engine import begin, step
from flows.inputs import Buyer, Given, Keys, Opened
from store.people import People
from web.accounts.password import hash_password

NAME = "demo"
PASSWORD_BYTES = 6
ASKS_FOR_A_PERSON = "0"
LOCAL = ("127.0.0.1", "localhost", "::1")


def password_of_a_demonstration(config: Config) -> str | None:
    """A password for this run; None where people have been entered, a carrier is named or others could reach the desk."""
    if config.carrier or config.web is None or config.web.host not in LOCAL:
        return None
    people = People(people_file(config.store.database))
    try:
        return None if people.people() else secrets.token_hex(PASSWORD_BYTES)
    finally:
        people.close()


def shop_with_a_person(business: Business, now: int) -> str | None:
    """A shop where a caller who presses 0 is handed over at this hour; others may be closed."""
    buyer = Buyer("13800000000")
    for seller in business.sellers:
        machine = business.shops.current(seller.seller) if seller.number else None
        if machine is None:
            continue
        session, _ = begin(machine, "voice", Given(Opened(), buyer, {}), now)
        _, found = step(machine, session, Given(Keys(ASKS_FOR_A_PERSON), buyer, {}), now)
        if any(isinstance(effect, HandOver) for effect in found):
            return seller.seller
    return None


def demonstrator(password: str) -> Person:
    """Somebody who may do everything, for this run."""
    return Person(Agent(NAME, HOUSE), "supervisor", hash_password(password))
