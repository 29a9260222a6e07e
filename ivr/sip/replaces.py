"""The Replaces header: a call that takes the place of another, in an attended transfer. RFC 3891."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from ivr.sip.dialog import Dialog
from ivr.sip.errors import ProtocolError
from ivr.sip.grammar import parameter, parse_parameters
from ivr.sip.message import Request


@dataclass(frozen=True, slots=True)
class Replaces:
    """Names a dialog as the end sees it that gets the header."""

    call_id: str
    to_tag: str
    "The tag of the end that gets it."
    from_tag: str
    early_only: bool = False
    "It is not to be replaced any more once it is answered."

    @classmethod
    def of(cls, request: Request) -> Replaces | None:
        """What a request is to replace; None for nothing. Raises ProtocolError (400)."""
        if "replaces" not in request.headers:
            return None
        # Section 3: more than one is a mistake.
        text = request.only("replaces")
        call_id, _, rest = text.partition(";")
        parameters = parse_parameters(";" + rest if rest else "", "Replaces")
        to_tag, from_tag = parameter(parameters, "to-tag"), parameter(parameters, "from-tag")
        if not call_id.strip() or not to_tag or not from_tag:
            raise ProtocolError(400, "Bad Replaces")
        early_only = any(name == "early-only" for name, _ in parameters)
        return cls(call_id.strip(), to_tag, from_tag, early_only)

    @classmethod
    def far_end_of(cls, dialog: Dialog) -> Replaces:
        """Names a dialog of ours as its other end sees it."""
        return cls(dialog.call_id, dialog.remote_tag, dialog.local_tag)

    def within(self, uri: str) -> str:
        """The URI, with this header for whoever calls it (RFC 3261, section 19.1.1)."""
        value = f"{self.call_id};to-tag={self.to_tag};from-tag={self.from_tag}"
        return f"{uri}?Replaces={quote(value, safe='')}"
