"""How long things are kept, and the sweep that forgets them a bounded part at a time.

Nothing of a seller or buyer grows without end: what a day of trade adds, a later day's sweep takes away. A step visits so
many rows and no more, so that it costs a millisecond or two whatever the size of the tables; called once a second it
forgets faster than the fastest trade can add.
"""

from __future__ import annotations

from center.outbox import PASSING
from store.batch import Tables

DAY_S = 86_400
TURNS_KEPT_S = 7 * DAY_S
"""The log of conversations; about 0.3 KB a turn."""
ORDERS_KEPT_S = 1_200 * DAY_S
"""Orders: sellers must be able to show them for three years."""
CONTACTS_KEPT_S = ORDERS_KEPT_S + 30 * DAY_S
"""Where a buyer was in a flow. Longer than orders: its count of sessions keeps orders' keys apart."""
BUYERS_KEPT_S = ORDERS_KEPT_S
"""A buyer's name and address after the last change; that a buyer said STOP is kept for ever."""
MESSAGES_KEPT_S = 180 * DAY_S
"""Messages for sellers, and requests for a person."""
TEXTS_KEPT_S = 3 * DAY_S
"""Texts to phones and what became of them; about 0.2 KB a text. Carriers send no receipt later."""
NOTES_KEPT_S = 90 * DAY_S
"""Notes that may pass: with whom buyers of shared codes were last. They name the shop anew then."""

ROWS_A_STEP = 5_000
TEXT_ROWS_A_STEP = 500
"""Each has the texts, or the turns, of a batch; at full speed there are fewer than a hundred batches a second."""

_CONTACTS_BEGIN = (0, "", "")
_BUYERS_BEGIN = (0, "")
_CONTACTS_END = (1 << 62, "", "")
_BUYERS_END = (1 << 62, "")
_NOTES_BEGIN = (PASSING,)
_NOTES_END = (PASSING + "\U0010ffff",)


class Retention:
    """The sweep. Where it is lives in memory: after a restart it begins again."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._contact: tuple[object, ...] = _CONTACTS_BEGIN
        self._buyer: tuple[object, ...] = _BUYERS_BEGIN
        self._note: tuple[object, ...] = _NOTES_BEGIN

    def step(self, now: int) -> None:
        """Forget a part, within a transaction; call `stepped` after its commit."""
        db, sql = self._tables.db, self._tables.sql
        self._tables.inbox.forget()
        self._tables.recent.rest(now)
        self._tables.turns.rest()
        old = {"before": now - MESSAGES_KEPT_S, "rows": ROWS_A_STEP}
        self._forget_orders(now - ORDERS_KEPT_S)
        db.execute(sql["forget_messages"], old)
        db.execute(sql["forget_hand_overs"], old)
        self._forget_texts(now - TEXTS_KEPT_S)
        db.execute(sql["forget_turns"], {"before": now - TURNS_KEPT_S, "rows": TEXT_ROWS_A_STEP})
        self._contact = self._sweep(
            "contacts", self._contact, _CONTACTS_BEGIN, _CONTACTS_END, now - CONTACTS_KEPT_S
        )
        self._buyer = self._sweep(
            "buyers", self._buyer, _BUYERS_BEGIN, _BUYERS_END, now - BUYERS_KEPT_S
        )
        (begin,), (end,) = _NOTES_BEGIN, _NOTES_END
        db.execute(sql["date_notes"], {"begin": begin, "end": end, "now": now})
        self._note = self._sweep("notes", self._note, _NOTES_BEGIN, _NOTES_END, now - NOTES_KEPT_S)

    def stepped(self) -> None:
        """The step was committed."""
        self._tables.inbox.reload()
        self._tables.recent.written()
        self._tables.turns.written()

    def _forget_orders(self, before: int) -> None:
        db, sql = self._tables.db, self._tables.sql
        oldest = db.execute(sql["oldest_order"]).fetchone()
        if oldest is not None and oldest[0] < before:
            old = {"before": before, "rows": ROWS_A_STEP}
            db.execute(sql["count_forgotten"], old)
            db.execute(sql["forget_orders"], old)

    def _forget_texts(self, before: int) -> None:
        db, sql = self._tables.db, self._tables.sql
        old = {"before": before, "rows": TEXT_ROWS_A_STEP}
        db.execute(sql["forget_names"], old)
        (last,) = db.execute(sql["old_texts"], old).fetchone()
        if last is not None:
            db.execute(sql["forget_texts"], (last,))
            db.execute(sql["forget_stages"], (last,))

    def _sweep(
        self,
        table: str,
        begin: tuple[object, ...],
        first: tuple[object, ...],
        last: tuple[object, ...],
        before: int,
    ) -> tuple[object, ...]:
        """Forget what is old of the next rows; where to go on."""
        db, sql = self._tables.db, self._tables.sql
        end = db.execute(sql[f"{table}_end"], (*begin, ROWS_A_STEP - 1)).fetchone()
        if end is not None and end > last:
            # Past the end there are rows of another kind.
            end = None
        db.execute(sql[f"forget_{table}"], (*begin, *(end or last), before))
        return end or first
