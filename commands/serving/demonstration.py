"""Somebody to sign in as where nobody has been entered and all of it runs on this machine: for trying the desk out."""

from __future__ import annotations

import secrets

from center.acd.agent import Agent
from center.desk.person import HOUSE, Person
from commands.serving.floor import people_file
from commands.settings.schema import Config
from store.people import People
from web.accounts.password import hash_password

NAME = "demo"
PASSWORD_BYTES = 6
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


def demonstrator(password: str) -> Person:
    """Somebody who may do everything, for this run."""
    return Person(Agent(NAME, HOUSE), "supervisor", hash_password(password))
