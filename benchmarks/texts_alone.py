"""Settings of a shop that serves texts alone to one carrier on this machine, as it is measured and killed.

No calls, no pages, no port of its own that another run could hold. What limits cost, benchmarks/limits.py tells.
"""

from __future__ import annotations

from pathlib import Path

_SETTINGS = """\
sellers = ["{folder}/sellers"]
[store]
database = "{database}"
shards = {shards}
[[carrier]]
name = "carrier"
host = "127.0.0.1"
port = {port}
system_id = "dialcart"
password = "dialcart"
{carrier}
[limits]
messages_per_sender = 0
ussd_per_sender = 0
messages_per_prefix = 0
orders_per_sender = 0
confirm_over = {{}}
[log]
format = "text"
level = "warning"
"""


def texts_alone(
    folder: Path, port: int, *, database: Path | None = None, shards: int = 1, **carrier: int
) -> str:
    """For the sellers in `folder`/sellers; `carrier` has the numbers of its section besides: binds, window, rate."""
    return _SETTINGS.format(
        folder=folder,
        database=database or folder / "shop.db",
        shards=shards,
        port=port,
        carrier="\n".join(f"{name} = {number}" for name, number in carrier.items()),
    )
