"""STOP and START: who wants no more messages, and who wants them again.

    STOP    works in every shop, in writing; from then on nothing goes out unasked: no call-back, no text after a call that was cut
    START   takes it back, of somebody who said STOP; of everybody else it is the flow's word
    orders  change nothing: who writes to us is answered, and an order is no consent to more (CTIA, Messaging Principles)

Where the seller's own flow takes the word anywhere in a text, the flow answers it.
"""

from __future__ import annotations

from msgspec.structs import replace

from center.reply import Reply
from center.visit.visit import Visit
from flows import prompts
from flows.inputs import Text
from grammars.folding import fold
from grammars.opting_in import opts_in
from grammars.opting_out import opts_out

OPT_OUT_CHARACTERS_MAX = 32
"""A longer text is no word that stops messages or has them again, whatever stands round it."""


def takes(visit: Visit, said: Text) -> bool:
    """Whether the text is STOP or START and was answered; then the flow does not hear it."""
    is_text = visit.key.channel == "sms"
    if len(said.text) > OPT_OUT_CHARACTERS_MAX or not (is_text or visit.key.channel == "ussd"):
        return False
    program = visit.machine.program
    keywords = program.codes.get("keyword", ())
    leaves = opts_out(said.text, program.languages, keywords)
    comes_back = visit.buyer.opted_out and opts_in(said.text, program.languages, keywords)
    if not (leaves or comes_back):
        return False
    anywhere = visit.machine.anywhere_phrases
    is_the_flows = is_text and fold(said.text) in anywhere and visit.awaited_order() is None
    if is_the_flows and leaves:
        return False
    visit.buyer = replace(visit.buyer, opted_out=leaves)
    if is_the_flows:
        return False
    _tell(visit, "opted_out" if leaves else "opted_in")
    return True


def leaves_beyond_limits(visit: Visit, said: Text) -> bool:
    """Whether the text is STOP, of a buyer from whom no more is taken, and was answered. A flow does not hear it, and once is enough."""
    program = visit.machine.program
    if (
        visit.buyer.opted_out
        or len(said.text) > OPT_OUT_CHARACTERS_MAX
        or not opts_out(said.text, program.languages, program.codes.get("keyword", ()))
    ):
        return False
    visit.buyer = replace(visit.buyer, opted_out=True)
    _tell(visit, "opted_out")
    return True


def _tell(visit: Visit, name: str) -> None:
    told = prompts.word(name, visit.language())
    if visit.key.channel == "sms":
        visit.send(told)
    else:
        visit.say(told)
    visit.keep_buyer()


def reply(visit: Visit) -> Reply | None:
    """Ends a dialog with what was said; the session stays where it was."""
    if visit.key.channel == "sms":
        return None
    fingerprint = visit.machine.fingerprint
    return Reply(tuple(visit.performed), visit.language(), None, True, fingerprint)
