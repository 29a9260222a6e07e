"""The last press of each call, by which one is known that a plane tells again: the plane before it died once it had told it."""

from ivr.media.messages import Digit


class Presses:
    """Those of all calls."""

    def __init__(self) -> None:
        self._last: dict[int, tuple[int, str, int]] = {}

    def is_new(self, told: Digit) -> bool:
        """Whether this press has not been told before."""
        press = (told.press, told.key, told.stamp)
        before = self._last.get(told.call)
        self._last[told.call] = press
        return press != before

    def forget(self, call: int) -> None:
        """A call is over."""
        self._last.pop(call, None)
