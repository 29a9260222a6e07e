"""Long messages put together from pieces that come in any order, twice, or not at all.

The caller owns the clock. What is held can be taken out as values (`partials`) and put back
(`restore`) after a restart. A piece seen before is told as Repeated for as long as its message
is remembered, by a digest: as a TLV it may be 64 KiB long. A piece that contradicts one held begins
a new message, because phones reuse references. Nothing that a sender does makes the state grow past
the limits. What is too old counts for nothing from then on, and goes when the caller has it `expire`d.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from itertools import islice
from typing import Final, Literal, NamedTuple

import msgspec

from sms.piece import Piece, join

WAIT_S_MAX: Final = 3600.0
"""How long the first piece waits for the last."""
REMEMBERED_S: Final = 900.0
"""How long a finished message is remembered, so that a redelivered piece is not a new one."""
PIECES_MAX: Final = 40
"""Of one message. More is nobody's order."""
PARTIALS_PER_SENDER_MAX: Final = 8
OCTETS_PER_SENDER_MAX: Final = 16 * 1024
PARTIALS_MAX: Final = 100_000
OCTETS_MAX: Final = 64 * 1024 * 1024
REMEMBERED_MAX: Final = 100_000
EXPIRED_AT_ONCE: Final = 1_000
"""Of either, in one call; all may grow old together, after an hour's flood or a clock that was set."""
DIGEST_BYTES: Final = 8
"""Of a piece that is remembered."""


class Key(NamedTuple):
    """Whose message this is a piece of."""

    source: str
    destination: str
    reference: int
    total: int


class Partial(msgspec.Struct, frozen=True):
    """A message of which some pieces are there."""

    key: Key
    began_at: float
    pieces: tuple[Piece, ...]

    @property
    def octets(self) -> int:
        """What it counts for against the limits."""
        return sum(len(piece.octets) for piece in self.pieces)


class Whole(msgspec.Struct, frozen=True):
    """A message with all its pieces, in order."""

    key: Key
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """What the buyer wrote."""
        return join(self.pieces)


class Waiting(msgspec.Struct, frozen=True):
    """More pieces must come."""

    key: Key
    missing: int


class Repeated(msgspec.Struct, frozen=True):
    """This very piece has come before."""

    key: Key


class Dropped(msgspec.Struct, frozen=True):
    """Pieces given up."""

    partial: Partial
    why: Literal["timed out", "superseded", "sender's limit", "limit", "too many pieces"]


Outcome = Whole | Waiting | Repeated | Dropped


class Reassembly:
    """The pieces of all senders. No clock, no disk: `now` is an argument, in seconds."""

    def __init__(self, *, wait_s_max: float = WAIT_S_MAX) -> None:
        self._wait_s_max = wait_s_max
        # OrderedDicts: the first of a dict costs as much to find as was taken out before it.
        self._partials: OrderedDict[Key, Partial] = OrderedDict()
        """Oldest first."""
        self._of_sender: dict[str, dict[Key, None]] = {}
        self._octets = 0
        self._remembered: OrderedDict[Key, tuple[float, bytes]] = OrderedDict()
        """When each was finished, oldest first, and the digests of its pieces in order."""

    def receive(self, source: str, destination: str, piece: Piece, now: float) -> list[Outcome]:
        """Take a piece: what became of it is last, what had to give way to it stands before."""
        key = Key(source, destination, piece.reference, piece.total)
        if piece.total == 1:
            return [Whole(key, (piece,))]
        if piece.total > PIECES_MAX:
            return [Dropped(Partial(key, now, (piece,)), "too many pieces")]
        if self._was_in_a_finished_message(key, piece, now):
            return [Repeated(key)]
        outcomes: list[Outcome] = []
        held = self._partials.get(key)
        if held and held.began_at + self._wait_s_max <= now:
            outcomes.append(self._drop(held, "timed out"))
            held = None
        twin = next((p for p in held.pieces if p.number == piece.number), None) if held else None
        if twin == piece:
            return [*outcomes, Repeated(key)]
        if held and twin:
            outcomes.append(self._drop(held, "superseded"))
            held = None
        pieces = (*held.pieces, piece) if held else (piece,)
        if len(pieces) == piece.total:
            return [*outcomes, self._finish(key, pieces, now)]
        self._hold(Partial(key, held.began_at if held else now, pieces))
        outcomes.extend(self._make_room(source))
        if key in self._partials:
            outcomes.append(Waiting(key, piece.total - len(pieces)))
        return outcomes

    def expire(self, now: float) -> list[Dropped]:
        """Give up what has waited too long, and forget what was finished long ago: the oldest EXPIRED_AT_ONCE of each."""
        for key, (finished_at, _) in list(islice(self._remembered.items(), EXPIRED_AT_ONCE)):
            if finished_at + REMEMBERED_S > now:
                break
            del self._remembered[key]
        late: list[Partial] = []
        for partial in islice(self._partials.values(), EXPIRED_AT_ONCE):
            if partial.began_at + self._wait_s_max > now:
                break
            late.append(partial)
        return [self._drop(partial, "timed out") for partial in late]

    def timer(self) -> float | None:
        """When to call `expire` next; None: nothing is held."""
        oldest = next(iter(self._partials.values()), None)
        times = [oldest.began_at + self._wait_s_max] if oldest is not None else []
        for finished_at, _ in islice(self._remembered.values(), 1):
            times.append(finished_at + REMEMBERED_S)
        return min(times, default=None)

    def partials(self) -> tuple[Partial, ...]:
        """What is held, oldest first, to be kept on disk."""
        return tuple(self._partials.values())

    def held(self, key: Key) -> Partial | None:
        """What is held of one message."""
        return self._partials.get(key)

    def restore(self, partials: Iterable[Partial]) -> None:
        """Take up what `partials` gave, within the limits."""
        for partial in sorted(partials, key=lambda partial: partial.began_at):
            if len(partial.pieces) <= PIECES_MAX:
                self._hold(partial)
                self._make_room(partial.key.source)

    def __len__(self) -> int:
        return len(self._partials)

    @property
    def octets(self) -> int:
        """Octets of text held for all senders."""
        return self._octets

    def _was_in_a_finished_message(self, key: Key, piece: Piece, now: float) -> bool:
        memory = self._remembered.get(key)
        if memory is None or memory[0] + REMEMBERED_S <= now:
            return False
        place = (piece.number - 1) * DIGEST_BYTES
        return memory[1][place : place + DIGEST_BYTES] == _digest(piece)

    def _finish(self, key: Key, pieces: tuple[Piece, ...], now: float) -> Whole:
        if key in self._partials:
            self._release(key)
        in_order = tuple(sorted(pieces, key=lambda piece: piece.number))
        self._remembered.pop(key, None)
        self._remembered[key] = (now, b"".join(map(_digest, in_order)))
        if len(self._remembered) > REMEMBERED_MAX:
            self._remembered.popitem(last=False)
        return Whole(key, in_order)

    def _hold(self, partial: Partial) -> None:
        """Put in place, keeping its age: what is put again stays where it was."""
        before = self._partials.get(partial.key)
        self._octets += partial.octets - (before.octets if before else 0)
        self._partials[partial.key] = partial
        self._of_sender.setdefault(partial.key.source, {})[partial.key] = None

    def _release(self, key: Key) -> Partial:
        partial = self._partials.pop(key)
        self._octets -= partial.octets
        of_sender = self._of_sender[key.source]
        del of_sender[key]
        if not of_sender:
            del self._of_sender[key.source]
        return partial

    def _drop(
        self, partial: Partial, why: Literal["timed out", "superseded", "sender's limit", "limit"]
    ) -> Dropped:
        return Dropped(self._release(partial.key), why)

    def _make_room(self, source: str) -> list[Dropped]:
        """Give up the sender's oldest, then anybody's oldest, until the limits hold."""
        dropped: list[Dropped] = []
        while own := self._of_sender.get(source):
            octets = sum(self._partials[key].octets for key in own)
            if len(own) <= PARTIALS_PER_SENDER_MAX and octets <= OCTETS_PER_SENDER_MAX:
                break
            dropped.append(self._drop(self._partials[next(iter(own))], "sender's limit"))
        while len(self._partials) > PARTIALS_MAX or self._octets > OCTETS_MAX:
            dropped.append(self._drop(next(iter(self._partials.values())), "limit"))
        return dropped


def _digest(piece: Piece) -> bytes:
    return hashlib.blake2b(piece.octets, digest_size=DIGEST_BYTES).digest()
