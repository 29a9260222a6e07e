"""Long messages from pieces in any order, twice, late, too many."""

import tracemalloc

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from sms import reassembly
from sms.piece import Piece, read
from sms.reassembly import (
    OCTETS_PER_SENDER_MAX,
    PARTIALS_PER_SENDER_MAX,
    PIECES_MAX,
    REMEMBERED_S,
    WAIT_S_MAX,
    Dropped,
    Partial,
    Reassembly,
    Repeated,
    Waiting,
    Whole,
)
from sms.segments import split


def pieces_of(text, reference=1):
    return [
        read(s.short_message, data_coding=s.data_coding, esm_class=s.esm_class)
        for s in split(text, reference=reference)
    ]


def piece(number, total=2, reference=1, octets=b"x"):
    return Piece(octets, 0, "gsm7", reference, total, number)


@given(st.data())
def test_any_order_with_repeats_gives_the_text_once(data):
    text = data.draw(st.text(st.sampled_from("ab€牛😀"), min_size=1, max_size=400))
    pieces = pieces_of(text)
    order = data.draw(st.permutations(pieces))
    stream = [*order]
    for repeat in (
        data.draw(st.lists(st.sampled_from(pieces), max_size=5)) if len(pieces) > 1 else ()
    ):
        stream.insert(data.draw(st.integers(0, len(stream))), repeat)
    held = Reassembly()
    outcomes = [held.receive("1", "2", given, now)[-1] for now, given in enumerate(stream)]
    assert [outcome.text for outcome in outcomes if isinstance(outcome, Whole)] == [text]
    assert (len(held), held.octets) == (0, 0)


def test_pieces_of_two_senders_do_not_mix():
    held = Reassembly()
    first, second = pieces_of("a" * 161)
    assert isinstance(held.receive("alice", "shop", first, 0)[-1], Waiting)
    assert held.receive("bob", "shop", second, 0)[-1].missing == 1


def test_a_finished_message_is_remembered_in_little_memory_however_long_its_pieces():
    held = Reassembly()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for reference in range(100):
        held.receive("1", "2", piece(1, reference=reference), 0)
        last = piece(2, reference=reference, octets=bytes(65_535))
        assert isinstance(held.receive("1", "2", last, 0)[-1], Whole)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 100 * 1_000


def test_a_message_waits_so_long_and_no_longer():
    held = Reassembly()
    held.receive("1", "2", piece(1), 0.0)
    assert held.timer() == WAIT_S_MAX
    assert held.expire(WAIT_S_MAX - 0.1) == []
    (dropped,) = held.expire(WAIT_S_MAX)
    assert dropped.why == "timed out"
    assert dropped.partial.pieces == (piece(1),)
    assert held.timer() is None


def test_a_piece_that_comes_too_late_begins_a_new_message_also_before_the_old_is_swept():
    held = Reassembly()
    held.receive("1", "2", piece(1, octets=b"old"), 0)
    dropped, waiting = held.receive("1", "2", piece(2), WAIT_S_MAX)
    assert (dropped.why, waiting.missing) == ("timed out", 1)


def test_a_piece_sweeps_nothing_and_a_sweep_only_so_much(monkeypatch):
    monkeypatch.setattr(reassembly, "EXPIRED_AT_ONCE", 10)
    held = Reassembly()
    for sender in range(25):
        held.receive(f"waits {sender}", "2", piece(1), 0)
        held.receive(f"is whole {sender}", "2", piece(1), 0)
        held.receive(f"is whole {sender}", "2", piece(2), 0)
    assert len(held.receive("1", "2", piece(1), WAIT_S_MAX)) == 1
    swept = [[one.partial.key.source for one in held.expire(WAIT_S_MAX)] for _ in range(4)]
    assert [len(part) for part in swept] == [10, 10, 5, 0]
    assert swept[0][0] == "waits 0"
    assert held.timer() == 2 * WAIT_S_MAX


def test_what_was_finished_is_forgotten_in_time():
    held = Reassembly()
    held.receive("1", "2", piece(1), 0)
    held.receive("1", "2", piece(2), 0)
    assert held.timer() == REMEMBERED_S
    held.expire(REMEMBERED_S)
    assert held.timer() is None


def test_a_redelivered_last_piece_is_known_for_a_while():
    held = Reassembly()
    held.receive("1", "2", piece(1), 0)
    held.receive("1", "2", piece(2), 0)
    assert isinstance(held.receive("1", "2", piece(2), REMEMBERED_S - 1)[-1], Repeated)
    assert isinstance(held.receive("1", "2", piece(2), REMEMBERED_S + 1)[-1], Waiting)


def test_a_reference_used_again_begins_a_new_message():
    held = Reassembly()
    held.receive("1", "2", piece(1, octets=b"old"), 0)
    dropped, waiting = held.receive("1", "2", piece(1, octets=b"new"), 1)
    assert (dropped.why, waiting.missing) == ("superseded", 1)
    assert held.receive("1", "2", piece(2, octets=b"!"), 2)[-1].text == "new!"


def test_a_message_has_at_most_so_many_pieces():
    held = Reassembly()
    assert isinstance(held.receive("1", "2", piece(1, total=PIECES_MAX), 0)[-1], Waiting)
    (dropped,) = held.receive("1", "2", piece(1, total=PIECES_MAX + 1), 0)
    assert dropped.why == "too many pieces"
    assert len(held) == 1


def test_a_sender_has_at_most_so_many_messages_under_way():
    held = Reassembly()
    for reference in range(PARTIALS_PER_SENDER_MAX):
        assert not isinstance(held.receive("1", "2", piece(1, reference=reference), 0)[0], Dropped)
    dropped, _ = held.receive("1", "2", piece(1, reference=99), 0)
    assert (dropped.why, dropped.partial.key.reference) == ("sender's limit", 0)
    assert len(held) == PARTIALS_PER_SENDER_MAX


def test_a_sender_holds_at_most_so_many_octets():
    held = Reassembly()
    half = b"x" * (OCTETS_PER_SENDER_MAX // 2)
    held.receive("1", "2", piece(1, reference=1, octets=half), 0)
    assert len(held.receive("1", "2", piece(1, reference=2, octets=half), 0)) == 1
    assert [type(o) for o in held.receive("1", "2", piece(1, reference=3), 0)] == [Dropped, Waiting]
    assert held.octets == len(half) + 1


def test_a_piece_that_alone_is_too_much_is_not_said_to_wait():
    (dropped,) = Reassembly().receive(
        "1", "2", piece(1, octets=b"x" * (OCTETS_PER_SENDER_MAX + 1)), 0
    )
    assert dropped.why == "sender's limit"


def test_all_senders_together_have_a_limit(monkeypatch):
    monkeypatch.setattr(reassembly, "PARTIALS_MAX", 2)
    held = Reassembly()
    held.receive("1", "shop", piece(1), 0)
    held.receive("2", "shop", piece(1), 1)
    dropped, waiting = held.receive("3", "shop", piece(1), 2)
    assert (dropped.why, dropped.partial.key.source) == ("limit", "1")
    assert isinstance(waiting, Waiting)


def test_what_is_held_survives_a_restart():
    first, second = pieces_of("牛" * 71)
    before = Reassembly()
    before.receive("1", "2", first, 5)
    kept = msgspec.msgpack.encode(before.partials())
    after = Reassembly()
    after.restore(msgspec.msgpack.decode(kept, type=tuple[Partial, ...]))
    assert after.timer() == 5 + WAIT_S_MAX
    assert after.receive("1", "2", second, 6)[-1].text == "牛" * 71


def test_a_short_message_is_whole_at_once():
    assert Reassembly().receive("1", "2", piece(1, total=1), 0)[0].text == "x"


def test_only_so_many_finished_messages_are_remembered(monkeypatch):
    monkeypatch.setattr(reassembly, "REMEMBERED_MAX", 2)
    held = Reassembly()
    for reference in range(3):
        for number in (1, 2):
            held.receive("1", "2", piece(number, reference=reference), 0)
    # A segment that comes again is known for what it is, but of the oldest, which is taken for the first of a new text.
    assert [len(held)] + [
        held.receive("1", "2", piece(2, reference=reference), 0) and len(held)
        for reference in (2, 1, 0)
    ] == [0, 0, 0, 1]
