"""Pages that are written by programs: how each is kept, or checked against what is kept."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def finish(pages: Mapping[Path, str], arguments: Sequence[str], kept: Iterable[Path] = ()) -> int:
    """Write the pages, or with `--check` tell which are not as they should be; the exit status.

    `kept` are the files there are of this kind: one that is not among the pages is stale.
    """
    stale = sorted(set(kept) - set(pages))
    changed = [path for path, text in pages.items() if read(path) != text]
    if "--check" in arguments:
        for path in [*changed, *stale]:
            print(f"{path.relative_to(ROOT)} is not current; write it without --check")
        return 1 if changed or stale else 0
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(pages[path], encoding="utf-8")
    for path in stale:
        path.unlink()
    print(f"{len(changed)} written, {len(stale)} removed", file=sys.stderr)
    return 0


def read(path: Path) -> str | None:
    """What the file holds, or None where there is none."""
    return path.read_text(encoding="utf-8") if path.exists() else None
