"""Many callers at once from one SIPp: each lives the same call, or is refused, and says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.end_to_end.scenario import (
    ACK,
    INVITE,
    RINGING,
    SAME_VIA,
    THEY_HANG_UP,
    WE_HANG_UP,
    request,
    scenario,
)
from tests.end_to_end.sipp import STAY_MS, Caller


def _log(what: str) -> str:
    return f'<nop><action><log message="{what}"/></action></nop>'


_RETRY_AFTER = (
    '<action><ereg regexp="[0-9]+" search_in="hdr" header="Retry-After:" check_it="true"'
    ' assign_to="1"/></action>'
)
_CALLER = "[field0]"
"""The number of each, from the file that SIPp reads."""
_LIVES = scenario(
    "crowd",
    INVITE,
    RINGING,
    '<recv response="503" optional="true" next="full">{retry_after}</recv>',
    '<recv response="486" optional="true" next="busy">{retry_after}</recv>',
    '<recv response="200"/>',
    *(ACK, _log("answered {caller} [timestamp]"), "{steps}", "{end}", _log("done {caller}")),
    '<nop next="over"/>\n<label id="full"/>',
    *(request("ACK", via=SAME_VIA), _log("refused {caller} 503 [$1]")),
    '<nop next="over"/>\n<label id="busy"/>',
    *(request("ACK", via=SAME_VIA), _log("refused {caller} 486 [$1]")),
    '<label id="over"/>\n<nop/>',
)


@dataclass(frozen=True, slots=True)
class Met:
    """What callers met, each by its number."""

    answered: dict[str, float]
    """And when, in Unix seconds."""
    done: frozenset[str]
    """Lived their call to its end."""
    refused: dict[str, tuple[int, int]]
    """With which status, and after how many seconds they may try again."""
    trouble: str
    """What SIPp said if anybody met something else; empty if nobody did."""


class Crowd(Caller):
    """Callers who all do the same steps."""

    def _named(self) -> str:
        return _CALLER

    def calls(
        self,
        port: int,
        dialled: str,
        numbers: Sequence[str],
        *,
        rate_s: float,
        hang_up: bool = False,
        wait_ms: int = STAY_MS,
    ) -> Met:
        """Call from each of these numbers, so many a second, and wait until the last call is over."""
        fields = {"dialled": dialled, "caller": _CALLER, "wait_ms": wait_ms}
        (self._folder / "crowd.xml").write_text(
            _LIVES.format(
                **fields,
                codec=self._codec,
                media="[auto_media_port]",
                retry_after=_RETRY_AFTER,
                steps="\n".join(self._steps),
                end=(WE_HANG_UP if hang_up else THEY_HANG_UP).format(**fields),
            )
        )
        listed = "".join(f"{number};\n" for number in numbers)
        (self._folder / "numbers.csv").write_text(f"SEQUENTIAL\n{listed}")
        done = self._sipp(
            "crowd.xml", "-inf", "numbers.csv", "-m", str(len(numbers)), "-l", str(len(numbers)),
            "-r", str(round(100 * rate_s)), "-rp", "100000", "-trace_logs", "-log_file", "met.log",
            f"127.0.0.1:{port}",
        )  # fmt: skip
        trouble = "" if done.returncode == 0 else done.stdout[-2_000:] + done.stderr[-1_000:]
        return _met((self._folder / "met.log").read_text(), trouble)


def _met(log: str, trouble: str) -> Met:
    answered, done, refused = {}, set(), {}
    for line in log.splitlines():
        match line.split():
            case ["answered", number, *_, at_s]:
                answered[number] = float(at_s)
            case ["done", number]:
                done.add(number)
            case ["refused", number, status, retry_after_s]:
                refused[number] = (int(status), int(retry_after_s))
    return Met(answered, frozenset(done), refused, trouble)
