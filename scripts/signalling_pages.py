"""Draws the states of docs/voice-signalling.md from the tables themselves; `--check` only tells whether they are current."""

import sys
from collections.abc import Iterator

from ivr.sip.leg import COMMANDS
from ivr.sip.transaction import MACHINES, State, Table
from scripts.pages import ROOT, finish

PAGE = ROOT / "docs" / "voice-signalling.md"
BEGIN = "<!-- drawn by python -m scripts.signalling_pages: begin -->"
END = "<!-- end -->"
TITLES = {
    "INVITE client": "INVITE client: RFC 3261, figure 5, with RFC 6026",
    "client": "Other clients: RFC 3261, figure 6",
    "INVITE server": "INVITE server: RFC 3261, figure 7, with RFC 6026",
    "server": "Other servers: RFC 3261, figure 8",
}


def drawn(table: Table, first: State) -> Iterator[str]:
    """One table as a mermaid state diagram."""
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield f"  [*] --> {first}"
    for state, rows in table.items():
        for event, (following, actions) in rows.items():
            done = ", ".join(do.value for do in actions) or "nothing"
            yield f"  {state} --> {following}: {event} / {done}"
    yield f"  {State.TERMINATED} --> [*]"
    yield "```"


def lines() -> Iterator[str]:
    """Everything that is drawn."""
    yield BEGIN
    yield ""
    for name, (table, first) in MACHINES.items():
        yield f"### {TITLES[name]}"
        yield ""
        yield from drawn(table, first)
        yield ""
    yield "### What a call can be told"
    yield ""
    yield "| Phase | Commands |"
    yield "| --- | --- |"
    for phase, commands in COMMANDS.items():
        shown = ", ".join(f"`{command}`" for command in sorted(commands)) or "none"
        yield f"| {phase} | {shown} |"
    yield ""
    yield END


def page() -> str:
    """The page with its drawn part made anew."""
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + "\n".join(lines()) + after


if __name__ == "__main__":
    sys.exit(finish({PAGE: page()}, sys.argv))
