"""The books: what operators are told of the store."""

import asyncio
import time
from pathlib import Path

import pytest

from center.changes import Changes, OutgoingText
from center.measure import Measure
from center.ports import StoreFullError
from commands.serving.books import Books
from commands.serving.business import open_business
from commands.serving.message_boxes import CARRIER
from tests.commands.serving.test_business import shop_in


def test_what_a_closed_page_has_not_shown_raises_no_alarm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    business = open_business(tmp_path / "shop.db", [shop_in(tmp_path)])
    books = Books(business.store, business.measured, business.turns)
    now = int(time.time())

    def told(*waiting: tuple[str, int]) -> tuple[float, float]:
        texts = [OutgoingText(by, "1069", "1", "x", now - age_s) for by, age_s in waiting]
        with business.store.batch([]) as batch:
            batch.commit(Changes(texts=texts))
        asyncio.run(books.look())
        with monkeypatch.context() as patched:
            # What waited when it was looked has gone since, most likely: it ages no further.
            patched.setattr(time, "time", lambda: now + 900.0)
            return shown()

    def shown() -> tuple[float, float]:
        measures = {one.name: one for one in books.measures() if isinstance(one, Measure)}
        names = "dialcart_outbox_texts", "dialcart_outbox_age_seconds"
        [(_, waiting_now)], [(_, age)] = (measures[name].samples for name in names)
        return waiting_now, age

    assert told((CARRIER, 86_400)) == (1, 0)
    texts, age_s = told(("unicom", 600), (CARRIER, 500))
    assert texts == 3
    assert 600 <= age_s < 660
    business.close()


def test_a_store_that_cannot_keep_a_batch_is_not_ready_until_it_can(tmp_path: Path) -> None:
    business = open_business(tmp_path / "shop.db", [shop_in(tmp_path)])
    books = Books(business.store, business.measured, business.turns)
    assert books.unready() is None
    with pytest.raises(StoreFullError), business.measured.batch([]):
        raise StoreFullError("the disk is full")
    assert books.unready() == "the disk is full"
    with business.measured.batch([]) as batch:
        batch.commit(Changes())
    assert books.unready() is None
    business.close()
