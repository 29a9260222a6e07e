"""Writes docs/settings.md from the schema of the settings file; `--check` only tells whether it is current."""

import sys

from commands.settings.reference import tables
from scripts.pages import ROOT, finish

TITLE = """\
# Settings

`dialcart serve --config FILE` takes everything it has to know from one TOML file; `dialcart config check FILE` tells what
is wrong with one, line by line, and what to write instead. `dialcart config schema` prints the schema as JSON, for
editors. This page is written by `python -m scripts.settings_page`.

A secret is better kept out of the file: its environment variable goes before what the file says, unless it is empty. `NAME` in a variable is
the table's own `name` in capitals.

```
sellers = ["shops"]

[[carrier]]
name = "unicom"
host = "smsc.example.net"
system_id = "dialcart"   # the password in DIALCART_CARRIER_UNICOM_PASSWORD
tls = true
rate = 50

[operations]             # /metrics, /health and /ready
```
"""


def page() -> str:
    """The whole page: a table a section."""
    parts = [TITLE]
    for header, told, keys in tables():
        parts.append(f"\n## {header or 'Before all tables'}\n\n")
        if header:
            parts.append(f"{told}\n\n")
        parts.append("| Key | Default | |\n|---|---|---|\n")
        parts += [
            f"| `{key}` | {default} | {told.replace('|', chr(92) + '|')} |\n"
            for key, default, told in keys
        ]
    return "".join(parts)


if __name__ == "__main__":
    sys.exit(finish({ROOT / "docs" / "settings.md": page()}, sys.argv))
