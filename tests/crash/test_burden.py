"""What a shop holds is weighed, and what it leaves behind is seen."""

import os
from dataclasses import replace
from pathlib import Path

from tests.crash.burden import FILES_MAX, Burdens, weigh


def test_what_grows_beside_what_was_ordered_is_seen(tmp_path: Path) -> None:
    (tmp_path / "shop.db-wal").write_bytes(bytes(2**20))
    middle = weigh(tmp_path, [os.getpid()], 1)
    assert (middle.log_mib, middle.threads >= 1, middle.memory_mib > 1) == (1.0, True, True)
    assert Burdens(middle, replace(middle, orders=2)).right
    grown = replace(middle, memory_mib=middle.memory_mib + 20.0)
    assert not Burdens(middle, grown).right
    assert Burdens(middle, replace(grown, pages_mib=middle.pages_mib + 20.0)).right
    left = [(tmp_path / "shop.db-wal").open() for _ in range(FILES_MAX + 1)]
    end = weigh(tmp_path, [os.getpid()], 2)
    for file in left:
        file.close()
    assert not Burdens(middle, replace(middle, files=end.files)).right
