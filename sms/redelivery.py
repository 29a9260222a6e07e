"""Which message is one that came before: what a carrier brings again because it had no answer, told from what a buyer says twice.

SMPP gives a deliver_sm no name that lasts, so this is decided by what is known of our answer to the message before it
that reads the same (docs/decisions/0030):

1. A message that bears a name of its own (a TLV that says so, the reference of its segments) is known by it.
2. Else a carrier repeats a message only if it may lack our answer. It has the answer for certain once it has answered
   something that we asked after it on the same connection, for both ends read a connection in order. Where the connection was
   lost it has it for certain once it has brought again what came behind it there, and not this one: see sms.returns.
3. While that is not certain, a message that reads the same is a redelivery if it comes by another connection, or under
   the same sequence number, or so late that the carrier may have given up waiting. Each message is repeated once at most
   until its repetition is in doubt itself. A buyer who has said something else since has read our reply, which left after
   our answer: RETURNS_S after a connection was lost, and at once after a crash, only the buyer's last message can come again.
   That a reply leaves after the answer to its message holds over crashes too: see sms.held. Who goes on while that answer is
   still under way may not have waited for the reply, and proves nothing.
4. From which stamp on messages are in doubt is kept with each batch, so that a run knows what it cannot be certain of
   when the last one ended: the last batch or two. So are the keys and stamps of those that were lost with their connection;
   RETURNS_S begins anew with a run for what was lost less long ago.
   What may repeat a message bears the range of stamps in which that is found; the store looks nowhere else.

`now` is a clock that only goes forward. Stamps grow with every message, over restarts and whatever the clock does.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterable, Sequence
from typing import Final

import msgspec

from center.contact import Repeats
from sms.answer import GIVEN_UP_S, Answer
from sms.doubts import Doubts, read_doubts, write_doubts

RETURNS_S: Final = 60.0
"""Until then a message of a connection that was lost may come behind what the buyer said since, by another: carriers find
out by their enquire_link, which most ask twice a minute."""
ASKS_AGAIN_S: Final = 10.0
"""What came less long ago is brought again by a carrier whose connection broke; later it may be its buyer, who has waited for a reply."""
AT_ONCE_S: Final = 0.01
"""Nobody says the same twice within this: what we read so by two connections, which are not equally fast, is one message, or seldom
one that comes again and its buyer, who says the same once more (docs/decisions/0030 has it among what is given up)."""
KEPT_S: Final = 3_600.0
"""Messages whose answer was lost with its connection are expected back for so long."""
LOST_KEPT_MAX: Final = 10_000
"""Keys of those that are kept for the next run."""
ANSWERS_MAX: Final = 200_000
"""Answers in doubt; past it the oldest counts as had."""
EQUAL_MAX: Final = 100
"""Of them to messages that read the same, of one buyer; past it the oldest of these counts as had: each is looked at when one more comes."""
RUNS_MAX: Final = 64
"""Earlier runs whose ends are in doubt each by itself; of more the oldest are put together."""
KEY_BYTES: Final = 8
"""Of a message's key. That two of an hour's messages share theirs by chance is one in 10^12, and matters only if one is
repeated in doubt."""
LEASE_S: Final = 60.0
"""Stamps are reserved for so long at a time."""

_REPEATS: Final = (Repeats.LIKELY, Repeats.CERTAIN)
"""What is judged so is found where what it repeats is, if it is."""

Ranges = tuple[tuple[int, int], ...]
"""Of stamps: from the first up to, not including, the second."""


class _Gone:
    """A connection of an earlier run, known by what came by it."""

    asked = answered = returned = 0
    alive = False

    def came_again(self, stamp: int) -> None:
        """What came by it is known by its key alone."""


_GONE = _Gone()
"""Of what was lost with its connection, and has not come again since."""
_LEFT = _Gone()
"""Of what had come again, and may have been answered in time."""


class Judgement(msgspec.Struct, frozen=True, gc=False):
    """What center.turns needs to tell a redelivery."""

    stamp: int
    doubt: Ranges
    """As center.contact.Arrival has it."""
    repeats: Repeats = Repeats.PERHAPS
    since: int = 0
    """As center.contact.Arrival has it."""
    may_wait: bool = False
    """As center.contact.Arrival has it."""


class Redeliveries:
    """Answers that carriers may lack."""

    def __init__(self, now_us: int, now: float, kept: bytes = b"") -> None:
        """`now_us` is the time in Unix microseconds; `kept` what `to_keep` of the last run gave."""
        before = read_doubts(kept)
        self._stamp = max(now_us, before.reserved)
        runs = [(since, until, now + left_s) for since, until, left_s in before.runs]
        if before.certain < before.reserved:
            runs.append((before.certain, before.reserved, now + KEPT_S))
        if len(runs) > RUNS_MAX:
            runs[:2] = [(runs[0][0], runs[1][1], runs[1][2])]
        self._runs = runs
        self._ranges: Ranges = tuple((since, until) for since, until, _ in self._runs)
        self._by_key: dict[bytes, list[Answer]] = {}
        self._last_of: dict[str, Answer] = {}
        """By buyer: the answer to their last message, if it is in doubt."""
        self._again_of: dict[str, Answer] = {}
        """By buyer: the answer to what came again behind their last message, which may come once more."""
        self._behind_of: dict[str, Answer] = {}
        """By buyer: the answer to what they said before their last, which may come again if its connection is lost; of more the first."""
        self._in_order: deque[Answer] = deque()
        self._again: dict[int, Answer] = {}
        """By stamp: answers to what came again, which are in order. Until these are kept it is found where it was before."""
        self._lost: deque[Answer] = deque()
        """Of connections that are gone, which carriers bring again in their own time."""
        stamps = before.lost_stamps or (0,) * len(before.lost)
        firsts = before.lost_firsts or stamps
        ages_s = before.lost_ages_s or (0,) * len(before.lost)
        lost_again = set(before.lost_again)
        lost = zip(before.lost, stamps, firsts, ages_s, strict=True)
        for place, (key, stamp, first, age_s) in enumerate(lost):
            # A carrier that may have been about to bring it has that long again, now that we are back.
            came_at = now - age_s if age_s > RETURNS_S else now
            line = _GONE if first == stamp or place in lost_again else _LEFT
            answer = Answer(line, 0, key[:KEY_BYTES], came_at, stamp, late=True, first=first)
            # Whichever of the two was kept, what comes again is likely that.
            answer.refused, answer.repeats = True, Repeats.LIKELY
            self._hold(answer, self._lost)
        self._has_heard = True
        """Whether there may be answers to let go of."""
        self._lost_version = 0
        """Changes with what is lost."""
        self._kept_reserved = 0
        self._kept: tuple[int, int, int] | None = None
        """What was given to be kept last: of which certainty, ranges and losses."""
        self._unkept: bytes | None = None
        """The same as it is written, until it is known to be."""
        self._unkept_since = 0
        """The first message that took it along."""

    def heard(self) -> None:
        """Carriers may have told something new since messages were judged, or time has passed: to be called before those that come together."""
        self._has_heard = True

    def judge(self, answer: Answer, now_us: int, *, named: bool = False) -> Judgement:
        """Take a message with its answer's key and time of coming; `named` if the key holds a name of its own."""
        self._stamp = answer.stamp = stamp = max(self._stamp + 1, now_us)
        last = self._last_of.get(answer.buyer)
        answer.since = stamp if last is None else _since(last, answer)
        if self._again_of:
            answer.since = min(answer.since, _since(self._again_of.get(answer.buyer), answer))
        behind = self._behind_of.get(answer.buyer) if self._behind_of else None
        if behind is not None and not behind.line.alive:
            answer.since = min(answer.since, _since(behind, answer))
        if named:
            if last is not None:
                # See `settle`.
                answer.repeats = Repeats.NAMED
            return Judgement(answer.stamp, (), Repeats.NAMED, answer.since)
        if self._has_heard:
            # One look serves all that came together.
            self._has_heard = False
            self._forget(answer.came_at)
        held = self._by_key.get(answer.key, ())
        # Also what reads the same and came behind what this one repeats: the buyer's last word may be that.
        until = held[-1].stamp + 1 if held else 0
        earlier = self._repeated(answer, held) if held else None
        self._hold(answer, self._in_order)
        if earlier is None:
            if last is not None:
                self._follow(last, answer)
            self._last_of[answer.buyer] = answer
            # Of before a start, what it may repeat is the buyer's last, or they have said something in this run.
            return Judgement(stamp, self._ranges, since=answer.since, may_wait=last is None)
        self._remove(earlier)
        # It may be the oldest, up to which all is certain.
        self._has_heard = True
        answer.is_behind = is_behind = _is_behind(last, earlier, answer)
        if last is None or last is earlier:
            self._last_of[answer.buyer] = answer
            if not (is_behind or earlier.line.alive):
                # Where they have gone on since this may be they again, and proves nothing of others.
                earlier.line.came_again(earlier.stamp)
        else:
            self._again_of[answer.buyer] = answer
        answer.repeats = _how_surely(earlier, answer)
        answer.repeated = earlier
        is_number_same = earlier.line is answer.line and earlier.sequence == answer.sequence
        answer.is_copy = is_number_same and not earlier.refused
        answer.repeats_last = last is earlier and not is_behind
        if earlier.asked is not None:
            # Those that are refused together are all that matters, not what came before them.
            earlier.repeated = None
        # What was refused was not kept, or this is where it was found; what was kept before it came again was not written again.
        is_elsewhere = earlier.refused or earlier.kept
        is_open = _may_be_before(earlier)
        is_as_sure = is_open and earlier.repeats is Repeats.CERTAIN
        answer.first = earlier.first if is_elsewhere or is_open else earlier.stamp
        answer.surely = earlier.surely if is_elsewhere or is_as_sure else earlier.stamp
        # Who has said nothing since is found where it was, however sure it is.
        answer.kept = earlier.kept and (answer.repeats_last or answer.repeats is Repeats.CERTAIN)
        self._again[answer.stamp] = answer
        self._lost_version += 1
        doubt = ((answer.first, until), *self._ranges)
        if answer.repeats is Repeats.CERTAIN and answer.surely > answer.first:
            doubt = ((answer.surely, until), *doubt)
        # By our ticks: after a crash stamps run ahead of all clocks, and stand still until these have caught up.
        has_waited = answer.came_at - earlier.came_at >= ASKS_AGAIN_S
        may_wait = has_waited and not (is_number_same or is_behind)
        return Judgement(answer.stamp, doubt, answer.repeats, answer.since, may_wait)

    def last_of(self, buyer: str) -> Answer | None:
        """The answer to a buyer's last message, if the carrier may lack it: a reply must not overtake it."""
        last = self._last_of.get(buyer)
        if last is None:
            return None
        line = last.line
        # Asked of each text, and nearly always of an answer that was just written: that is told without a call.
        if line.alive and (last.asked is None or line.answered <= last.asked):
            return last
        return None if last.is_certain() else last

    def to_keep(self, now: float) -> bytes | None:
        """What the store must keep together with the message that was judged last, if it has not got it.

        Every message takes it along until one is `kept`: any of them may be refused, and the others be kept without it.
        """
        certain = self._in_order[0].stamp if self._in_order else self._stamp
        state = certain, len(self._runs), self._lost_version
        if state == self._kept and self._stamp < self._kept_reserved:
            return self._unkept
        self._kept = state
        self._kept_reserved = self._stamp + int(LEASE_S * 1_000_000)
        self._unkept = self._pack(self._kept_reserved, certain, now)
        self._unkept_since = self._stamp
        return self._unkept

    def lost_to_keep(self, now: float) -> bytes | None:
        """The same when a connection is gone and something was lost with it: we may fall before a message takes that along."""
        version = self._lost_version
        self._forget(now)
        self._lose()
        if self._lost_version == version:
            return None
        doubts = self.to_keep(now)
        # What was judged last is on its way to the disk without it.
        self._unkept_since = self._stamp + 1
        return doubts

    def kept(self, stamp: int) -> None:
        """The message of this stamp is on disk, with what was to be kept together with it."""
        if stamp >= self._unkept_since:
            self._unkept = None

    def _pack(self, reserved: int, certain: int, now: float) -> bytes:
        runs = tuple((since, until, round(end - now, 1)) for since, until, end in self._runs)
        lost = [a for a in self._lost if a.held and not (a.is_certain() or _is_past(a, now))]
        lost += [a for a in self._again.values() if not a.is_certain()]
        del lost[:-LOST_KEPT_MAX]
        keys = tuple([answer.key for answer in lost])
        stamps = tuple([answer.stamp for answer in lost])
        firsts = tuple([answer.first or answer.stamp for answer in lost])
        ages_s = tuple([max(int(now - answer.came_at), 0) for answer in lost])
        again = tuple([place for place, answer in enumerate(lost) if _was_lost_again(answer)])
        return write_doubts(Doubts(reserved, certain, runs, keys, stamps, firsts, ages_s, again))

    def last_to_keep(self, now: float) -> bytes:
        """The same when all connections are closed and no message will be judged any more."""
        end = self._stamp + 1
        self._forget(now)
        certain = self._in_order[0].stamp if self._in_order else end
        return self._pack(end, certain, now)

    def settle(self, answer: Answer, *, is_found: bool) -> None:
        """The centre has its message on disk, and found it there or took a turn: it is what that says, whatever it was judged.

        What a new one might have repeated was never kept, or its buyer has gone on since: nothing is in doubt of that any more. The
        new one is the first, and is what may come again.
        """
        if is_found:
            if answer.repeats is Repeats.PERHAPS and answer.held and self._ranges:
                # Of before a start. It may be its buyer all the same, and is no surer than what was judged so.
                answer.repeats, answer.first = Repeats.LIKELY, self._ranges[0][0]
                self._again[answer.stamp] = answer
                self._lost_version += 1
            return
        if answer.repeats is Repeats.NAMED:
            self._go_past(answer)
        if answer.repeats not in _REPEATS:
            return
        answer.repeats, answer.kept = Repeats.PERHAPS, False
        answer.first = answer.surely = 0
        if self._again.pop(answer.stamp, None) is not None:
            self._lost_version += 1
        if self._again_of.get(answer.buyer) is answer:
            self._go_on(answer)

    def _go_past(self, answer: Answer) -> None:
        """Its buyer has said something that bears a name: it is not in doubt itself, and they have gone on by it all the same."""
        last = self._last_of.get(answer.buyer)
        if last is not None and (last.first or last.stamp) < answer.stamp:
            last.followed = True

    def _go_on(self, answer: Answer) -> None:
        """What was taken for something that came again behind its buyer's last message is what they said next."""
        buyer = answer.buyer
        del self._again_of[buyer]
        last = self._last_of.get(buyer)
        if last is not None and last.stamp > answer.stamp and last.repeats not in _REPEATS:
            # They have said more before this was known.
            self._follow(answer, last)
            return
        if last is not None:
            self._follow(last, answer)
        self._last_of[buyer] = answer

    def keep_again(self) -> None:
        """What was given to be kept was not."""
        self._kept = None

    def refuse(self, answers: Iterable[Answer], found: Container[Answer] = ()) -> None:
        """Messages that were not kept come again: as new ones, or as what they repeat; for certain if that was `found` on disk.

        Their buyers may go on before they do, since the replies to what was found are on disk too.
        """
        unkept: set[int] = set()
        for answer in answers:
            before = answer.repeated
            if before is not None and id(before) in unkept:
                # Neither was kept: what comes again repeats what the first of the two did, if anything.
                answer.repeats = before.repeats
                answer.first, answer.surely = before.first, before.surely
            elif before is not None and _is_answered_copy(before, answer):
                self.know([answer])
                continue
            elif answer in found:
                # Also where a copy of it is what may come again: that is as sure.
                self._know_repeated(answer)
            unkept.add(id(answer))
            answer.refused = True
            if answer.repeats is Repeats.PERHAPS:
                self._remove(answer)

    def _know_repeated(self, answer: Answer) -> None:
        """What its message repeats is on disk: if it was not thought of in this run, it is of before a start."""
        if answer.repeats is Repeats.PERHAPS:
            answer.first = self._ranges[0][0] if self._ranges else answer.stamp
            if answer.held:
                self._again[answer.stamp] = answer
                self._lost_version += 1
        answer.repeats = Repeats.CERTAIN

    def know(self, answers: Iterable[Answer]) -> None:
        """They were not kept, and are told as kept: what they repeat is on disk. If they come again they are found where that is."""
        for answer in answers:
            before = answer.repeated
            if before is not None and before.kept:
                answer.first, answer.surely = before.first, before.surely
            answer.kept = True

    def leave_open(self, answers: Iterable[Answer]) -> None:
        """Messages of which it is not known whether they were kept come again, as what repeats them for certain if they were."""
        left_open: set[int] = set()
        for answer in answers:
            answer.first = answer.first or answer.stamp
            before = answer.repeated
            if before is not None and id(before) in left_open:
                # If neither was kept, what comes again is found where the first of the two would have been.
                answer.first, answer.surely = before.first, before.surely
            elif answer.repeats is not Repeats.CERTAIN:
                # If it was not kept itself, what comes again is no surer to have been taken than it was.
                answer.surely = answer.stamp
            left_open.add(id(answer))
            if answer.held:
                self._again[answer.stamp] = answer
            answer.refused = True
            answer.repeats = Repeats.CERTAIN

    def refuse_late(self, answers: Sequence[Answer]) -> None:
        """Refuse messages that are kept, but late: the carrier gave up before or is told to try again, so they surely come again.

        What has come again by now is not `refused`, unless what came again is late and refused with it.
        """
        told = {id(answer) for answer in answers}
        come_again: set[int] = set()
        refused: list[Answer] = []
        for answer in reversed(answers):
            before = answer.repeated
            if before is not None and id(before) not in told and _is_answered_copy(before, answer):
                answer.late = before.late
            elif answer.held or id(answer) in come_again:
                refused.append(answer)
                come_again.add(id(before))
        self.leave_open(refused[::-1])
        for answer in refused:
            answer.kept = True

    @property
    def in_doubt(self) -> bool:
        """Whether an earlier run left messages whose answers a carrier may lack."""
        return bool(self._ranges or self._lost)

    def __len__(self) -> int:
        return sum(len(answers) for answers in self._by_key.values())

    def _hold(self, answer: Answer, line: deque[Answer]) -> None:
        line.append(answer)
        answer.held = True
        held = self._by_key.get(answer.key)
        if held is None:
            self._by_key[answer.key] = [answer]
        else:
            held.append(answer)
            if len(held) > EQUAL_MAX:
                self._remove(held[0])

    def _follow(self, last: Answer, answer: Answer) -> None:
        """The buyer has gone on, though what they said last may come again: what they say next proves nothing of it."""
        last.followed = True
        behind = self._behind_of.get(answer.buyer)
        if _since(last, answer) < answer.stamp and (
            behind is None or _since(behind, answer) == answer.stamp
        ):
            self._behind_of[answer.buyer] = last

    def _repeated(self, answer: Answer, held: Sequence[Answer]) -> Answer | None:
        """The answer in doubt, of those to what reads the same, whose message this one repeats."""
        for earlier in held:
            if earlier.is_certain() or _is_past(earlier, answer.came_at):
                continue
            if _may_repeat(earlier, answer):
                return earlier
        return None

    def _forget(self, now: float) -> None:
        """Let go of answers that carriers have, and of those that are too many or too old."""
        in_order, lost = self._in_order, self._lost
        had: list[Answer] = []
        while in_order:
            answer = in_order[0]
            if not answer.held or answer.is_certain():
                had.append(answer)
            elif not answer.line.alive or answer.late or answer.refused:
                self._take_for_lost(answer)
            elif len(in_order) <= ANSWERS_MAX:
                break
            else:
                had.append(answer)
            in_order.popleft()
        self._remove_all(had)
        while lost and (
            now - lost[0].came_at > KEPT_S or len(lost) > ANSWERS_MAX or not lost[0].held
        ):
            self._remove(lost.popleft())
            self._lost_version += 1
        if self._runs and now >= self._runs[0][2]:
            self._runs.pop(0)
            self._ranges = tuple((since, until) for since, until, _ in self._runs)

    def _lose(self) -> None:
        """Answers behind one that is still in doubt on another connection, which `_forget` comes to when that is certain."""
        gone = [answer for answer in self._in_order if answer.held and not answer.line.alive]
        if not gone:
            return
        self._in_order = deque([answer for answer in self._in_order if answer.line.alive])
        for answer in gone:
            if answer.is_certain():
                self._remove(answer)
            else:
                self._take_for_lost(answer)

    def _take_for_lost(self, answer: Answer) -> None:
        """Its message comes again in its carrier's own time."""
        self._lost.append(answer)
        self._again.pop(answer.stamp, None)
        self._lost_version += 1

    def _remove(self, answer: Answer) -> None:
        self._remove_all((answer,))

    def _remove_all(self, answers: Iterable[Answer]) -> None:
        last_of, by_key = self._last_of, self._by_key
        again_of, behind_of, again = self._again_of, self._behind_of, self._again
        for answer in answers:
            buyer = answer.buyer
            if last_of.get(buyer) is answer:
                del last_of[buyer]
            if again_of and again_of.get(buyer) is answer:
                del again_of[buyer]
            if behind_of and behind_of.get(buyer) is answer:
                del behind_of[buyer]
            if not answer.held:
                continue
            answer.held = False
            if again:
                again.pop(answer.stamp, None)
            held = by_key.pop(answer.key)
            if len(held) > 1:
                by_key[answer.key] = [other for other in held if other is not answer]


def _since(last: Answer | None, answer: Answer) -> int:
    """From which stamp on messages may come again when a buyer says something: did they wait for our reply to the last?"""
    if last is None or last.is_read or answer.came_at - last.came_at > RETURNS_S:
        return answer.stamp
    return last.since


def _is_behind(last: Answer | None, earlier: Answer, answer: Answer) -> bool:
    """Whether the buyer has said something else since what this one repeats, also where that has a name or is certain, and is not held."""
    if last is not None and last is not earlier:
        # Who says the same several times without waiting has said nothing else.
        return last.key != answer.key
    # Who says it for longer than carriers bring it again waits for a reply.
    is_lately = answer.came_at - earlier.came_at <= RETURNS_S
    return earlier.followed or (earlier.is_behind and is_lately)


def _is_past(answer: Answer, now: float) -> bool:
    """Whether its message comes no more: the buyer went on, and carriers have known for long that its connection was lost."""
    return answer.followed and now - answer.came_at > RETURNS_S and not answer.line.alive


def _how_surely(earlier: Answer, answer: Answer) -> Repeats:
    # A carrier may know late that a connection is gone, and the buyer go on by another in the meantime.
    lately = answer.came_at - earlier.came_at <= RETURNS_S
    if earlier.refused:
        return Repeats.CERTAIN if lately and _was_lost_before(earlier) else earlier.repeats
    if earlier.repeats is Repeats.CERTAIN and answer.came_at - earlier.came_at <= AT_ONCE_S:
        # Where it needed no disk no stamp tells there that it has come again behind what its buyer has said since.
        return Repeats.CERTAIN
    is_known = not earlier.late and (
        earlier.line is answer.line or (lately and not earlier.line.alive)
    )
    return Repeats.CERTAIN if is_known else Repeats.LIKELY


def _was_lost_before(answer: Answer) -> bool:
    """Whether its message was lost with its connection before we started, and had not come again since."""
    return answer.line is _GONE


def _was_lost_again(answer: Answer) -> bool:
    """Whether its message surely came again, and was lost with that connection, too, be that before we started."""
    if answer.first in {0, answer.stamp}:
        return False
    if answer.refused:
        return answer.line is _GONE
    return answer.repeats is Repeats.CERTAIN and not answer.line.alive


def _may_be_before(answer: Answer) -> bool:
    """Whether its message came again and is on its way: refused yet, or lost when we fall, it is found where it was before alone."""
    return answer.asked is None and answer.first > 0


def _is_answered_copy(earlier: Answer, answer: Answer) -> bool:
    """Whether its message came twice under one number that was answered before: a carrier heeds the first answer alone."""
    return answer.copied is earlier and earlier.asked is not None and not earlier.refused


def _may_repeat(earlier: Answer, answer: Answer) -> bool:
    if earlier.line is not answer.line or earlier.refused:
        return True
    return (
        earlier.sequence == answer.sequence
        or earlier.late
        or answer.came_at - earlier.came_at >= GIVEN_UP_S
    )
