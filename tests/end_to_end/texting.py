"""`dialcart phone` as a process of its own: a phone that is on for texts, which writes, and waits for what comes."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import IO

from tests.end_to_end.process import ROOT

TIMES_MAX = 60
"""Of what is done until something is heard."""


class Texts:
    """All that its terminal shows. It waits for as long as the test may take."""

    def __init__(self, keys: IO[str], screen: IO[str]) -> None:
        self._keys, self._screen = keys, screen
        self._shown = screen.readline()
        assert self._shown.startswith("phone"), "it is on"

    def text(self, words: str) -> None:
        """Write a text; a line each if there are several."""
        print(words, file=self._keys, flush=True)

    def hear(self, *words: str) -> str:
        """Wait until all of these have been shown; all that has."""
        while not all(word in self._shown for word in words):
            line = self._screen.readline()
            assert line, self._shown
            self._shown += line
        return self._shown

    def hear_of(self, doing: Callable[[], object], *words: str) -> None:
        """Do something until these have been shown, and once more."""
        with ThreadPoolExecutor(1) as pool:
            heard = pool.submit(self.hear, *words)
            for _ in range(TIMES_MAX):
                is_last = heard.done()
                doing()
                if is_last:
                    break
            heard.result()

    def end(self, *words: str) -> str:
        """Wait for these, and switch it off; all that was shown."""
        self.hear(*words)
        self._keys.close()
        self._shown += self._screen.read()
        return self._shown


@contextlib.contextmanager
def phone(control_port: str, number: str, code: str) -> Iterator[Texts]:
    """A phone of a shop's simulator."""
    words = ["phone", "--to", code, "--from", number, "--port", control_port]
    with subprocess.Popen(
        [sys.executable, "cli.py", *words],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Texts(process.stdin, process.stdout)
