"""Sellers for the load: the worked example, open day and night, with stock that does not run out.

Each has a code of its own, and if it is asked for a name, prices and half of its wording, too. With many of them the program is
compiled once and varied, so that a run with 40,000 sellers does not wait for the compiler: benchmarks/sellers.py measures that.
"""

from __future__ import annotations

import re
from pathlib import Path

from msgspec.structs import replace

from commands.flows_on_disk import LIBRARY, SELLER_FILE
from commands.opening import compile_now
from flows.packed import decode, encode, fingerprint
from flows.program import Program
from store.compiled import CompiledFlow, CompiledFlows, Keyed, key_of
from store.sqlite import SqliteStore

STOCK = 999_999_999
KEPT_AT_ONCE = 2_000


def code_of(index: int) -> str:
    """The code of a seller."""
    return f"1069{index:06d}"


def write(folder: Path, count: int, database: Path, now: int, *, own: bool = False) -> list[str]:
    """Write sellers' folders, and what opening them for the first time would leave behind; their codes."""
    text = (LIBRARY / "noodles" / SELLER_FILE).read_text("utf-8")
    text = re.sub(r"(?m)^  (open|closed) .*\n", "", text)
    text = re.sub(r"(?m) stock \d+", f" stock {STOCK}", text)
    text = re.sub(r"(?m)^  keyword .*\n", "", text)
    cache = CompiledFlows(database.with_suffix(".compiled"))
    store = SqliteStore(database)
    base: Program | None = None
    entries: list[Keyed] = []
    programs: list[tuple[str, Program]] = []
    for index in range(count):
        name, code = f"seller{index:05d}", code_of(index)
        path = folder / name / SELLER_FILE
        path.parent.mkdir(parents=True)
        written = re.sub(r"(?m)^  sms code .*$", f"  sms code {code}", text)
        path.write_text(written, "utf-8")
        if base is None:
            keyed, errors = compile_now(name, path)
            if errors:
                raise SystemExit("\n".join(errors))
            base = decode(keyed.entry.program)
        program = replace(base, name=name, codes={**base.codes, "sms": (code,)})
        if own:
            program = _of_their_own(program, index)
        entry = CompiledFlow(fingerprint(program), encode(program), {}, 0)
        entries.append(Keyed(key_of(name, written.encode()), entry))
        programs.append((name, program))
        if len(entries) >= KEPT_AT_ONCE:
            cache.keep(entries)
            store.publish_all(programs, now)
            entries.clear()
            programs.clear()
    cache.keep(entries)
    store.publish_all(programs, now)
    cache.close()
    store.close()
    return [code_of(index) for index in range(count)]


def _of_their_own(program: Program, index: int) -> Program:
    """With name, prices and half of the wording that no other seller has."""
    products = [replace(each, price=each.price + index) for each in program.products]
    texts = [f"{text}{index}" if place % 2 else text for place, text in enumerate(program.texts)]
    return replace(
        program,
        shop_names=tuple([f"{name}{index}" for name in program.shop_names]),
        products=tuple(products),
        texts=tuple(texts),
    )
