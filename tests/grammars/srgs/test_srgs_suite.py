"""Our own grammars, a file a section of the specification, and how a suite is run and reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from grammars.srgs.loader import folder_resolver
from grammars.srgs.suite import REASONS, exclusions, report, run_file, run_folder, summary

OWN = Path(__file__).parent / "own"


@pytest.mark.parametrize("path", sorted(OWN.glob("*.gr*")), ids=lambda path: path.name)
def test_our_own_grammar_does_as_it_says(path: Path) -> None:
    results = run_file(path)
    assert results
    assert all(each.status == "passed" for each in results), summary(results)


def write(folder: Path, name: str, body: str, *metas: str) -> Path:
    path = folder / name
    path.write_text(
        "#ABNF 1.0;\nlanguage en;\nroot $main;\n" + "".join(metas) + f"$main = {body};\n"
    )
    return path


def assertion(number: int, given: str, expected: str, info: str = "") -> str:
    note = f"meta 'info.{number}' is '{info}';\n" if info else ""
    return f"meta 'in.{number}' is '{given}';\nmeta 'out.{number}' is '{expected}';\n{note}"


def test_a_failure_shows_what_was_expected_and_what_came(tmp_path: Path) -> None:
    write(tmp_path, "a.gram", "a", assertion(1, "a", '$main["b"]'), assertion(2, "b", "REJECT"))
    text, well = report([tmp_path])
    assert not well
    assert 'expected $main["b"]' in text
    assert 'actual   $main["a"]' in text
    assert text.splitlines()[-1] == "srgs: 1 of 2 assertions pass; 0 excluded"


def test_an_assertion_is_excluded_only_for_a_reason_of_the_table(tmp_path: Path) -> None:
    may = "may be rejected if it is not supported"
    write(
        tmp_path,
        "a.gram",
        "a | $<http://www.example.com/b.grx>",
        assertion(1, "a", '$main["a"]]'),
        assertion(2, "a", '$main["a"]', may),
        assertion(3, "a", '$main["a"]'),
    )
    write(tmp_path, "b.gram", "a", assertion(1, "a", '$main["b"]', may))
    results = run_folder(tmp_path)
    reasons = [REASONS["malformed"], REASONS["choice"], REASONS["network"]]
    assert [each.reason for each in results if each.status == "excluded"] == reasons
    assert f"| a.gram | in.2 | {REASONS['choice']} |" in exclusions(results)
    # To give another parse than the one expected is a failure whatever may be rejected.
    assert [each.file for each in results if each.status == "failed"] == ["b.gram"]
    assert summary(results).endswith("srgs: 0 of 4 assertions pass; 3 excluded")


def test_a_file_is_reported_with_its_parses(tmp_path: Path) -> None:
    path = write(tmp_path, "a.gram", "a {t}", assertion(1, "a", '$main["a",{!{t}!}]'))
    text, well = report([path])
    assert well
    assert "abnf, voice, en, 1 rules, entry $main" in text
    assert "ok 'a' -> $main[\"a\",{!{t}!}]" in text


def test_a_file_with_a_mistake_is_reported_with_its_place(tmp_path: Path) -> None:
    path = write(tmp_path, "a.gram", "a*")
    text, well = report([path, tmp_path / "none.gram", tmp_path])
    assert not well
    assert f"{path}:4:10: error: '*' cannot stand here" in text
    assert "  help: write <0->" in text
    assert "none.gram: No such file" in text
    assert "no grammar with assertions" in text


def test_a_reference_is_sought_by_its_name_where_folders_were_laid_flat(tmp_path: Path) -> None:
    write(tmp_path, "b.gram", "b")
    expected = '$main[$<deep/b.gram>["b"]]'
    path = write(tmp_path, "a.gram", "$<deep/b.gram>", assertion(1, "b", expected))
    assert [each.status for each in run_file(path)] == ["passed"]


def test_nothing_outside_the_folder_is_read(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    secret = tmp_path / "secret.gram"
    secret.write_text("secret")
    (inside / "a.gram").write_text("a")
    (inside / "link.gram").symlink_to(secret)
    resolve = folder_resolver(inside)
    assert resolve((inside / "a.gram").as_uri()) == b"a"
    outside = [
        secret.as_uri(),
        f"{inside.as_uri()}/../secret.gram",
        (inside / "link.gram").as_uri(),
        "http://www.example.com/a.gram",
        "file://host/a.gram",
        "a.gram",
        "file:///%00",
    ]
    for uri in outside:
        with pytest.raises((FileNotFoundError, ValueError)):
            resolve(uri)
