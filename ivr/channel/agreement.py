"""What the two ends of a SIP call have agreed to hear each other by, and the row of the media plane that it lies in.

Our key of SRTP is made once a call and stays: no offer of theirs makes us seal anything a second time under one index. What was
protected stays so: an offer that would go on in clear is refused, and so is another codec than the prompts are in.
"""

from __future__ import annotations

import secrets
from dataclasses import replace

from ivr.channel.ports import Rows
from ivr.media.leg import Leg
from ivr.media.remote import read_remote
from ivr.sip.offer import Agreed, LocalMedia, answer, make_offer, not_acceptable, settle
from ivr.sip.sdp import Sdp
from ivr.speech.fragments import Codec

CODEC_OF: dict[str, Codec] = {"PCMA": "al", "PCMU": "ul"}
PAYLOAD_TYPE_OF = {"PCMA": 8, "PCMU": 0}
KEY_BYTES = 30
"""A key and its salt (RFC 4568, section 6.2)."""


class Agreement:
    """One call's media. A row is taken by `answering` and `offering`; who owns the call closes it."""

    def __init__(self, media: Rows, local: LocalMedia, leg: Leg, ours: Sdp) -> None:
        self.leg = leg
        self.ours = ours
        """Our latest description."""
        self.agreed: Agreed | None = None
        """None until the other end has answered an offer of ours."""
        self._media = media
        self._local = local

    @classmethod
    def answering(cls, media: Rows, local: LocalMedia, offer: Sdp) -> Agreement:
        """Our answer to an offer. Raises ProtocolError (488), PlaneFullError, PlaneBehindError."""
        local = _with_key(local)
        # First whether there is anything to agree on, for a row costs one.
        _, agreed = answer(offer, local)
        leg = media.open(codec=PAYLOAD_TYPE_OF[agreed.codec])
        local = replace(local, port=leg.port)
        ours, agreed = answer(offer, local)
        made = cls(media, local, leg, ours)
        try:
            made._take(agreed)
        except Exception:
            # Whatever it is: nobody else knows the row.
            made.close()
            raise
        return made

    @classmethod
    def offering(cls, media: Rows, local: LocalMedia) -> Agreement:
        """An offer of ours. Raises PlaneFullError, PlaneBehindError."""
        leg = media.open(codec=PAYLOAD_TYPE_OF[local.codecs[0]])
        local = replace(_with_key(local), port=leg.port)
        return cls(media, local, leg, make_offer(local))

    def close(self) -> None:
        """Give the row back, where no call has it."""
        self._media.close(self.leg.call)

    @property
    def codec(self) -> Codec | None:
        """What is spoken, once it is agreed."""
        return CODEC_OF[self.agreed.codec] if self.agreed is not None else None

    def settle(self, theirs: Sdp) -> None:
        """Take their answer to our latest offer. Raises ProtocolError (488)."""
        self._take(settle(self.ours, theirs, self._local))

    def reoffer(self) -> Sdp:
        """What we offer where they leave the offer to us: what is agreed, once more."""
        before = self.agreed
        local = self._local
        if before is not None:
            local = replace(
                local, codecs=(before.codec,), srtp_required=before.send_crypto is not None
            )
        self.ours = make_offer(replace(local, host=self.ours.host))
        return self.ours

    def reoffered(self, offer: Sdp) -> Sdp:
        """Our answer to a later offer of theirs; all stays as it was if this raises ProtocolError (488)."""
        before = self.agreed
        local = self._local
        if before is not None:
            # Prompts are in the codec that the call began with, wherever it stands in their list now.
            local = replace(local, codecs=(before.codec,))
        ours, agreed = answer(offer, local)
        self._take(agreed)
        self.ours = ours
        return ours

    def _take(self, agreed: Agreed) -> None:
        before = self.agreed
        if before is not None and before.send_crypto is not None and agreed.send_crypto is None:
            raise not_acceptable("the call is protected")
        if before is not None and agreed.codec != before.codec:
            raise not_acceptable("another codec than the call began with")
        send, receive = agreed.send_crypto, agreed.receive_crypto
        if send is not None and receive is not None:
            # Before there is an address: nothing leaves in clear. The plane keeps its count under a key that stays.
            self._media.seal(self.leg.call, suite=send.suite, key_out=send.key, key_in=receive.key)
        self._media.change(
            self.leg.call,
            codec=PAYLOAD_TYPE_OF[agreed.codec],
            remote=_address(agreed, self._local),
            control_port=agreed.rtcp_port,
            sends=agreed.sends,
            hears=agreed.receives,
            events=agreed.events,
        )
        self.agreed = agreed


class Agreements:
    """Begins those of trunks' calls: from which of our addresses they are spoken to, and who must be protected."""

    def __init__(
        self,
        media: Rows,
        host: str,
        host6: str = "",
        *,
        protected: frozenset[str] = frozenset(),
        by_ipv6: frozenset[str] = frozenset(),
    ) -> None:
        """`protected` names trunks that must speak SRTP, `by_ipv6` those that are offered `host6`, since nothing else reaches them."""
        self._media = media
        self._host = host
        self._host6 = host6
        self._protected = protected
        self._by_ipv6 = by_ipv6

    def begin(self, trunk: str, offer: Sdp | None = None) -> Agreement:
        """Our answer to a trunk's offer, or an offer of ours where there is none. Raises as Agreement does."""
        host = self._host6 if trunk in self._by_ipv6 else self._host
        local = LocalMedia(host, 0, srtp_required=trunk in self._protected, host6=self._host6)
        if offer is None:
            return Agreement.offering(self._media, local)
        return Agreement.answering(self._media, local, offer)


def _with_key(local: LocalMedia) -> LocalMedia:
    return replace(local, srtp_key=secrets.token_bytes(KEY_BYTES))


def _address(agreed: Agreed, local: LocalMedia) -> tuple[str, int] | None:
    """Where packets go; None where it is a name or zeros, or of IPv6 and we have none, and symmetric RTP finds it."""
    try:
        where = read_remote(agreed.host, agreed.port)
    except ValueError:
        return None
    has_ipv6 = ":" in local.host or local.host6 != ""
    return (agreed.host, agreed.port) if where.ip or has_ipv6 else None
