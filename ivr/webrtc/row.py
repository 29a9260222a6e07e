"""A browser put on the media plane: its offer answered, a row opened for it, its packets passed to and fro."""

from __future__ import annotations

from ivr.media.client import MediaClient
from ivr.media.leg import Leg
from ivr.webrtc.description import CODECS, EVENT_RATE_HZ, OPUS
from ivr.webrtc.leg import BrowserLeg

FIRST_LIMIT_S = 30.0
LIMIT_S = 20.0
"""As MediaClient.open has them; 0 for a line that may be silent all day."""


async def put_on_plane(
    browser: BrowserLeg,
    media: MediaClient,
    offer: str,
    *,
    first_limit_s: float = FIRST_LIMIT_S,
    limit_s: float = LIMIT_S,
) -> tuple[str, Leg, str]:
    """Our description for the browser, its row, and the codec that the plane speaks.

    Raises OfferError, PlaneFullError, PlaneBehindError. The browser's leg is closed then, and where its caller is cancelled.
    """
    try:
        answer = await browser.answer(offer)
        described = browser.offer
        assert described is not None
        event = described.event_payload_type
        codec = "PCMU" if described.codec == OPUS else described.codec
        row = media.open(
            codec=CODECS[codec],
            remote=browser.media,
            events=((event, EVENT_RATE_HZ),) if event is not None else (),
            first_limit_s=first_limit_s,
            limit_s=limit_s,
        )
    except BaseException:
        # Whatever it is: a page that goes away while its ways are gathered cancels this, and nobody else knows the leg.
        await browser.close()
        raise
    browser.relay((row.host, row.port))
    return answer, row, codec
