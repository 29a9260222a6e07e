"""A call that was cut off: its session as one that goes on by SMS, and back again when the buyer calls."""

from __future__ import annotations

from msgspec.structs import replace

from flows import prompts
from flows.machine import CONFIRM, RESUME, Machine
from flows.program import CHANNELS
from flows.render import money
from flows.session import ENDED, Session

VOICE, SMS = CHANNELS.index("voice"), CHANNELS.index("sms")


def by_sms(machine: Machine, session: Session, now: int) -> tuple[Session, str] | None:
    """The session as it waits for an SMS, and what the buyer is told; None where there is nothing to go on with.

    Only a basket is worth an SMS, and only where the shop takes them. `1` goes on at the question that was open.
    """
    program = machine.program
    at = session.at.lstrip(RESUME + CONFIRM)
    worth = session.cart and not session.placed and at in machine.questions
    if session.at == ENDED or not worth or "sms" not in program.channels:
        return None
    language = session.language
    column = machine.languages.get(language, 0)
    line = prompts.word("line", language)
    summary = prompts.word("line_join", language).join(
        line.format(name=machine.products[each.code].names[column], quantity=each.quantity)
        for each in session.cart
        if each.code in machine.products
    )
    total = sum(
        machine.products[each.code].price * each.quantity
        for each in session.cart
        if each.code in machine.products
    )
    told = prompts.word("call_dropped", language).format(
        shop=program.shop_names[column], summary=summary, total=money(total, program.decimals)
    )
    options: list[tuple[str | None, str]] = [
        ("1", prompts.word("resume_continue", language)),
        ("2", prompts.word("resume_restart", language)),
    ]
    lines = prompts.menu_lines(options, "sms", language)
    moved = replace(
        session,
        channel=SMS,
        at=RESUME + at,
        touched=now,
        tries=0,
        calls=session.calls,
        pending=None,
        other="",
    )
    return moved, prompts.prompt_with_menu(told, lines, "sms")


def by_voice(session: Session) -> Session | None:
    """A session that a cut-off call left to SMS, as the call's own again; None where it went on, or never was one."""
    if (
        session.channel != SMS
        or not session.at.startswith(RESUME)
        or not session.cart
        or session.placed
    ):
        return None
    return replace(session, channel=VOICE, at=session.at.lstrip(RESUME))
