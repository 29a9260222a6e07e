"""As many connections as the limits of a shop allow are not cut short by what a system allows at first."""

import resource

import pytest

from commands.serving.open_files import OPEN_FILES, allow_open_files

Limits = tuple[int, int]


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> list[Limits]:
    """What the kernel allows, softly and firmly, newest last."""
    kept: list[Limits] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: kept[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda _, both: kept.append(both))
    return kept


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((1_024, 524_288), (OPEN_FILES, 524_288)),
        ((1_024, 4_096), (4_096, 4_096)),
        ((1_024, resource.RLIM_INFINITY), (OPEN_FILES, resource.RLIM_INFINITY)),
        ((100_000, 524_288), (100_000, 524_288)),
        ((resource.RLIM_INFINITY, resource.RLIM_INFINITY),) * 2,
    ],
)
def test_a_soft_limit_is_raised_as_far_as_it_may(
    limits: list[Limits], before: Limits, after: Limits
) -> None:
    limits.append(before)
    allow_open_files()
    assert limits[-1] == after


@pytest.mark.parametrize(("firm", "is_told"), [(1_024, True), (OPEN_FILES, False)])
def test_a_firm_limit_that_is_low_is_told(
    limits: list[Limits], caplog: pytest.LogCaptureFixture, firm: int, is_told: bool
) -> None:
    limits.append((256, firm))
    allow_open_files()
    assert ("LimitNOFILE" in caplog.text) is is_told


def test_a_system_that_would_not_have_it_is_left_as_it_is(
    limits: list[Limits], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise ValueError

    limits.append((256, resource.RLIM_INFINITY))
    monkeypatch.setattr(resource, "setrlimit", refuse)
    allow_open_files()
