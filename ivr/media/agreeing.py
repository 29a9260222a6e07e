"""What was agreed of a call's audio, as the command that opens or changes it."""

from collections.abc import Sequence

import msgspec

from ivr.media.messages import Open
from ivr.media.remote import Remote
from ivr.rtp.codec import PCMA, PCMU
from ivr.rtp.event import RATES_HZ


def with_agreement(command: Open, events: Sequence[tuple[int, int]], tones: bool | None) -> Open:
    """With the telephone-events agreed; `tones` None: keys are looked for in the audio where there are none.

    Raises ValueError for what is not G.711, or no telephone-event.
    """
    if command.codec not in (PCMU, PCMA):
        raise ValueError(f"payload type {command.codec} is not G.711: 0 or 8")
    for payload_type, rate_hz in events:
        if not 0 <= payload_type < 128 or rate_hz not in RATES_HZ:
            raise ValueError(f"no telephone-event: payload type {payload_type} at {rate_hz} Hz")
    # Ours are sent by the audio's own clock where it was agreed.
    chosen = tuple(sorted(events, key=lambda pair: pair[1] != 8000))
    return msgspec.structs.replace(
        command, events=chosen, tones=not chosen if tones is None else tones
    )


def with_remote(command: Open, remote: Remote, control_port: int | None) -> Open:
    """With where its packets go; reports go to the next port if nothing else was agreed."""
    return msgspec.structs.replace(
        command,
        remote_ip=remote.ip,
        remote_ip6=b"" if remote.ip else remote.ip6,
        remote_port=remote.port,
        control_port=control_port or min(remote.port + 1, 0xFFFF),
    )
