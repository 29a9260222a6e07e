"""Keys that calls press, as telephone-events (RFC 4733): each told once, however often and with what gaps its packets come."""

import numpy as np

from ivr.media.happenings import Happenings
from ivr.media.memory import I64, U8, Columns
from ivr.rtp import event, packet


class Keys:
    """The key that each call has down, and those it pressed last."""

    def __init__(self, columns: Columns, happenings: Happenings) -> None:
        self._columns = columns
        self._happenings = happenings

    def new_ones(
        self, rows: U8, headers: packet.Headers, at: I64, slots: I64, keys: I64, now: float
    ) -> I64:
        """Of the packets that tell keys, those that tell something new: most say again what the last one said."""
        columns = self._columns
        here, row = slots[keys], at[keys]
        # A payload shorter than its four bytes is left to event.hear. One of none may begin where the longest row ends.
        start = np.minimum(headers.payload_start[row], rows.shape[1] - 2)
        ended = rows[row, start + 1] & 0x80 != 0
        again = (
            (headers.payload_bytes[row] >= 4)
            & (rows[row, start] == columns.key[here])
            & (headers.timestamp[row] == columns.key_at[here])
            & (headers.ssrc[row] == columns.key_ssrc[here])
            & (headers.payload_type[row] == columns.key_type[here])
            & ~(ended & (columns.key_down[here] != 0))
        )
        # A recording of a key that is played once more is a press; see event.REPLAYED_S.
        over = (columns.key_down[here] == 0) & (now - columns.key_heard[here] > event.REPLAYED_S)
        again &= ~(headers.marker[row].astype(np.bool_) & over)
        columns.key_heard[here[again]] = now
        return keys[~again]

    def take(self, slot: int, given: event.Packet, now: float) -> None:
        """Take a packet that tells something new of a key."""
        last, _ = event.expire(self._of(slot), now)
        last, told = event.hear(last, given, now)
        pressed = [each.key for each in told if isinstance(each, event.Pressed)]
        for key in pressed:
            self._happenings.pressed(slot, key, "event", now, given.timestamp)
        self._keep(slot, last)
        self._columns.presses[slot] += len(pressed)

    def release(self, slots: I64, now: float) -> None:
        """Let go of keys whose end was lost."""
        columns = self._columns
        held = slots[columns.key_down[slots] != 0]
        for slot in held[now - columns.key_heard[held] >= event.LOST_END_S].tolist():
            last, _ = event.expire(self._of(slot), now)
            self._keep(slot, last)

    def _of(self, slot: int) -> event.Key | None:
        columns = self._columns
        code = int(columns.key[slot])
        if code >= len(event.KEYS):
            return None
        return event.Key(
            key=event.KEYS[code],
            payload_type=int(columns.key_type[slot]),
            ssrc=int(columns.key_ssrc[slot]),
            began=int(columns.key_began[slot]),
            timestamp=int(columns.key_at[slot]),
            duration=int(columns.key_duration[slot]),
            clock_rate_hz=int(columns.key_khz[slot]) * 1000,
            heard=float(columns.key_heard[slot]),
            down=bool(columns.key_down[slot]),
        )

    def _keep(self, slot: int, key: event.Key | None) -> None:
        if key is None:
            return
        columns = self._columns
        columns.key[slot] = event.KEYS.index(key.key)
        columns.key_type[slot] = key.payload_type
        columns.key_ssrc[slot] = key.ssrc
        columns.key_began[slot] = key.began
        columns.key_at[slot] = key.timestamp
        columns.key_duration[slot] = key.duration
        columns.key_khz[slot] = key.clock_rate_hz // 1000
        columns.key_heard[slot] = key.heard
        columns.key_down[slot] = key.down
