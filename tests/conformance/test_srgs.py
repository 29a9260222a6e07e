"""The W3C's implementation-report suite for SRGS 1.0, run against the reader and the matcher."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grammars.srgs.suite import Result, run_folder, summary

HOW_TO_GET_IT = (
    "the W3C suite is not here: put its .gram and .grxml files (https://www.w3.org/2002/06/srgs-irp/)"
    " in ../shared/suites/srgs beside the checkout, or name the folder that holds srgs/ in"
    " DIALCART_SUITES"
)

# What cannot be met. An exclusion that is not named here is a failure.
EXCLUDED = {
    ("conformance-5.grxml", "1"),
    ("lang-ruleref.gram", "1"),
    ("lang-ruleref.grxml", "1"),
}


def suite_folder() -> Path:
    suites = os.environ.get("DIALCART_SUITES")
    beside = Path(__file__).resolve().parents[2].parent / "shared" / "suites"
    return (Path(suites) if suites else beside) / "srgs"


@pytest.fixture(scope="module")
def results() -> tuple[Result, ...]:
    folder = suite_folder()
    if not folder.is_dir():
        if os.environ.get("CI"):
            pytest.fail(HOW_TO_GET_IT)
        pytest.skip(HOW_TO_GET_IT)
    return run_folder(folder)


def test_every_assertion_of_the_suite_passes_or_is_excluded_by_name(
    results: tuple[Result, ...],
) -> None:
    failed = [each for each in results if each.status == "failed"]
    assert results
    assert not failed, summary(results)


def test_nothing_is_excluded_but_what_is_named(results: tuple[Result, ...]) -> None:
    excluded = {(each.file, each.assertion.number) for each in results if each.status == "excluded"}
    assert excluded <= EXCLUDED, summary(results)
    assert all(each.reason for each in results if each.status == "excluded")


def test_the_last_line_of_the_summary_counts_them(results: tuple[Result, ...]) -> None:
    passed = sum(each.status == "passed" for each in results)
    excluded = len(results) - passed
    assert summary(results).splitlines()[-1] == (
        f"srgs: {passed} of {len(results)} assertions pass; {excluded} excluded"
    )
