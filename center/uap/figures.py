"""A figure of a model: a number that says where it is from.

Little of the UAP family is public, so a number stands either beside its source or as an assumption with a range. What
is worked out from figures keeps both ends: `dialcart plan` tells a cost as a range and names the assumptions in it.
"""

from math import isfinite

import msgspec


class Figure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number with its source, or with the range that it is assumed to lie in.

    Written `{ value, source }` or `{ value, low, high, assumed }`; raises ValueError that says what to write.
    """

    value: float
    low: float = -1.0
    """As the value, for what has a source."""
    high: float = -1.0
    source: str = ""
    """Who says so. Empty for an assumption."""
    assumed: str = ""
    """Why this number and this range. Empty for what has a source."""

    def __post_init__(self) -> None:
        if not (isfinite(self.value) and self.value >= 0):
            raise ValueError("value is a number from 0 up")
        if bool(self.source) == bool(self.assumed):
            raise ValueError("say either source, or assumed with low and high")
        if self.source:
            msgspec.structs.force_setattr(self, "low", self.value)
            msgspec.structs.force_setattr(self, "high", self.value)
        elif self.low < 0 or self.high < 0:
            raise ValueError("an assumption has a range; write low and high")
        if not self.low <= self.value <= self.high:
            raise ValueError(f"{self.value:g} does not lie between {self.low:g} and {self.high:g}")

    @property
    def whole(self) -> int:
        """The value, for what comes in whole units."""
        return int(self.value)
