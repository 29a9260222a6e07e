"""How often somebody may try to sign in: few times for a name, more for an address that many share."""

from __future__ import annotations

from collections import OrderedDict

NAME_TRIES_MAX = 5
ADDRESS_TRIES_MAX = 50
WINDOW_S = 300.0
KEPT_MAX = 20_000
"""Names and addresses remembered; those that failed longest ago make room."""


class Attempts:
    """Failed attempts of late. `now` is seconds of a clock that only goes forward."""

    def __init__(self) -> None:
        self._failed: OrderedDict[str, list[float]] = OrderedDict()

    def wait_s(self, name: str, address: str, now: float) -> float:
        """How long to wait before another try; 0 if one may be made now."""
        return max(
            self._wait_s(f"name {name}", NAME_TRIES_MAX, now),
            self._wait_s(f"address {address}", ADDRESS_TRIES_MAX, now),
        )

    def failed(self, name: str, address: str, now: float) -> None:
        """A try was wrong."""
        for key, most in (
            (f"name {name}", NAME_TRIES_MAX),
            (f"address {address}", ADDRESS_TRIES_MAX),
        ):
            times = [at for at in self._failed.pop(key, []) if at > now - WINDOW_S]
            self._failed[key] = [*times, now][-most:]
        while len(self._failed) > KEPT_MAX:
            self._failed.popitem(last=False)

    def succeeded(self, name: str) -> None:
        """The person is known; what went wrong before does not count."""
        self._failed.pop(f"name {name}", None)

    def _wait_s(self, key: str, most: int, now: float) -> float:
        times = [at for at in self._failed.get(key, ()) if at > now - WINDOW_S]
        return max(0.0, times[-most] + WINDOW_S - now) if len(times) >= most else 0.0
