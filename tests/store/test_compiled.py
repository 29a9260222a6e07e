from pathlib import Path

from flows.packed import encode, fingerprint
from store.compiled import CompiledFlow, CompiledFlows, Keyed, digest, key_of
from tests.flows.shops import program_of

PROGRAM = program_of()
SOURCE = b"flow 1"


def kept(files: dict[str, bytes] | None = None) -> CompiledFlows:
    cache = CompiledFlows(":memory:")
    named = {file: digest(data) for file, data in (files or {}).items()}
    entry = CompiledFlow(fingerprint(PROGRAM), encode(PROGRAM), named, 0)
    cache.keep([Keyed(key_of("shop", SOURCE), entry)])
    return cache


def nothing(file: str) -> bytes:
    raise FileNotFoundError(file)


def test_an_unchanged_flow_is_found() -> None:
    found = kept().find("shop", SOURCE, nothing)
    assert found is not None
    assert found.load() == PROGRAM


def test_a_changed_flow_is_not_found() -> None:
    assert kept().find("shop", SOURCE + b"\n", nothing) is None


def test_the_same_source_of_another_seller_is_another_flow() -> None:
    assert kept().find("other", SOURCE, nothing) is None


def test_a_changed_catalog_counts() -> None:
    cache = kept({"catalog.csv": b"old"})
    assert cache.find("shop", SOURCE, lambda _: b"old") is not None
    assert cache.find("shop", SOURCE, lambda _: b"new") is None
    assert cache.find("shop", SOURCE, nothing) is None


def test_an_entry_that_is_damaged_is_as_good_as_none(tmp_path: Path) -> None:
    cache = CompiledFlows(tmp_path / "cache")
    entry = CompiledFlow(b"", b"", {}, 0)
    cache.keep([Keyed(key_of("shop", SOURCE), entry)])
    cache._db.execute("update compiled set entry = x'00'")  # noqa: SLF001  # damage from outside
    assert cache.find("shop", SOURCE, nothing) is None
    cache.close()


def test_a_program_of_which_a_text_is_damaged_is_as_good_as_none() -> None:
    cache, program = kept(), encode(PROGRAM)
    assert "苹果".encode() in program
    damaged = program.replace("苹果".encode(), b"\xff" * len("苹果".encode()))
    assert len(damaged) == len(program)
    entry = CompiledFlow(fingerprint(PROGRAM), damaged, {}, 0)
    cache.keep([Keyed(key_of("shop", SOURCE), entry)])
    assert cache.find("shop", SOURCE, nothing) is None


def test_a_damaged_cache_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "shop.compiled"
    path.write_bytes(b"no database" * 1_000)
    cache = CompiledFlows(path)
    entry = CompiledFlow(fingerprint(PROGRAM), encode(PROGRAM), {}, 0)
    cache.keep([Keyed(key_of("shop", SOURCE), entry)])
    assert cache.find("shop", SOURCE, nothing) is not None
    cache.close()


def test_a_cache_that_cannot_be_had_is_kept_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "shop.compiled"
    path.mkdir()
    cache = CompiledFlows(path)
    entry = CompiledFlow(fingerprint(PROGRAM), encode(PROGRAM), {}, 0)
    cache.keep([Keyed(key_of("shop", SOURCE), entry)])
    assert cache.find("shop", SOURCE, nothing) is not None
    cache.close()
