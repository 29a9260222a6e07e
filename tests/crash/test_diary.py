"""What a run that fails tells of those who are off."""

import asyncio
from pathlib import Path

from sms.smsc.handset import Heard
from sms.smsc.server import Settings, Smsc
from store.memory import MemoryStore
from tests.crash import diary
from tests.crash.buyers import Town
from tests.crash.carrier import Simulated
from tests.crash.diary import Diary, told_of

ANN, BEN = "13800000000", "13800000001"


def test_who_is_off_is_told_with_what_befell_all_and_the_end_of_the_log(tmp_path: Path) -> None:
    async def speak() -> Diary:
        async with Smsc(Settings(port=0)) as smsc:
            town = Town(Simulated(smsc), 2, seed=1)
            town.begin()
            town.diary.note("killed")
            town.hear(Heard(ANN, "1069", "One moment\nplease", 1, "gsm7", 0))
            town.answered(ANN, ok=True, again=False)
            town.answered(BEN, ok=False, again=True)
            return town.diary

    log = tmp_path / "log.txt"
    log.write_text("\n".join(f"line {n}" for n in range(1_000)))
    told = told_of([ANN], asyncio.run(speak()), [MemoryStore()], log)
    lines = [line.partition(" ")[2] for line in told.splitlines() if line.startswith("     ")]
    assert [line.strip().partition(" ")[2] for line in lines] == [
        "says 'apple'",
        "killed",
        "hears 'One moment\\nplease'",
        "is answered: taken",
    ]
    assert told.endswith("line 999")
    assert "line 900\n" not in told
    assert BEN not in told


def test_no_more_is_told_than_anybody_reads() -> None:
    at = 0.0
    kept = Diary(lambda: at)
    for place in range(diary.LINES_MAX + 100):
        at += 1.0
        kept.note(f"{place} " + "x" * 1_000, ANN)
    told = told_of([ANN], kept, [])
    assert len(told.splitlines()) == 2 + diary.LINES_MAX
    assert max(map(len, told.splitlines())) < 100
    many = told_of([f"138{place:08d}" for place in range(100)], kept, [])
    assert many.count("---\n") == diary.TOLD_MAX
    assert told_of([], kept, []) == ""
