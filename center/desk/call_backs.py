"""Call-backs: a caller who waits is asked, hangs up and keeps the place, and is reached when it is their turn.

    asked      the recipe says so: between the music, `1` to be called, `2` to be texted
    1          the router notes it; the caller hears so and hangs up; the session waits on
    2          the session moves to SMS as it stands (a deed, in the turn batch), and waits there under its new name
    turn       an agent is offered the buyer, as any other; who accepts is connected as soon as the buyer answers
    not there  the agent may call again, write, or finish; then the flow takes its way for `hangup`

Promised: whoever hung up keeps the place, over a restart too. Not promised: that one who pressed a key in the very moment
of a crash was heard.
"""

from __future__ import annotations

from collections.abc import Callable

from center.acd.decisions import ProposeCallBack
from center.acd.events import CallBackTaken
from center.acd.kept import KeptRouter
from center.desk.deed import GoOnBySms
from center.desk.ports import Voice
from center.desk.talk import Talk
from flows.inputs import Input, Keys
from flows.program import Program

BY_CALL, BY_TEXT = "1", "2"


class CallBacks:
    """What the switchboard does about them; `program` gives the flow of a buyer's shop."""

    def __init__(
        self,
        kept: KeptRouter,
        now: Callable[[], float],
        go_on_by_sms: Callable[[Talk, GoOnBySms], None],
        program: Callable[[Talk], Program | None],
    ) -> None:
        self._kept = kept
        self._now = now
        self._go_on_by_sms = go_on_by_sms
        self._program = program

    def propose(self, voice: Voice, talk: Talk, decision: ProposeCallBack) -> None:
        """Ask a caller; where neither can be done the caller is not asked."""
        program = self._program(talk)
        if program is None:
            return
        can_call = voice.can_phone(talk.awaited.contact.number, program.calling.back)
        can_text = bool(program.codes.get("sms"))
        word = {
            (True, True): "call_back_ask_both",
            (True, False): "call_back_ask",
            (False, True): "call_back_ask_sms",
        }.get((can_call, can_text))
        if word is not None:
            talk.ways = BY_CALL * can_call + BY_TEXT * can_text
            voice.ask(talk.name, word, decision.wait_s)

    def answered(self, talk: Talk, said: Input) -> bool:
        """Take a key as the answer to what the caller was asked; whether it was one."""
        if not isinstance(said, Keys) or said.keys not in talk.ways or not self.waits(talk):
            return False
        talk.ways = ""
        if said.keys == BY_CALL:
            self._kept.post(CallBackTaken(self._now(), talk.name, "voice"))
        else:
            self._go_on_by_sms(talk, GoOnBySms())
        return True

    def moved(self, talk: Talk, to: str) -> None:
        """The session of a caller has moved to SMS and waits there under another name."""
        self._kept.post(CallBackTaken(self._now(), talk.name, "sms", to))

    def waits(self, talk: Talk) -> bool:
        """Whether nobody has the buyer yet."""
        ticket = self._kept.router.tickets.get(talk.name)
        return ticket is not None and ticket.slot in ("free", "offered")

    def keeps_place(self, talk: Talk) -> bool:
        """Whether a caller who hangs up now keeps the place."""
        ticket = self._kept.router.tickets.get(talk.name)
        return ticket is not None and ticket.call_back is not None and self.waits(talk)
