"""A phone for tests and scripts: texts go out, messages come to a callback."""

from collections.abc import Callable

from sms.smsc.control import Refused, Text
from sms.smsc.handset import Heard, Said
from sms.smsc.network import Network


class Phone:
    """One number on a network in this process."""

    def __init__(
        self, network: Network, number: str, hear: Callable[[Heard], None] | None = None
    ) -> None:
        self.number = number
        self.heard: list[Heard] = []
        """All messages so far, if no callback was given."""
        self._network = network
        stop = network.listen(number, hear or self.heard.append)
        if isinstance(stop, Refused):
            raise RuntimeError(stop.why)
        self.off = stop

    def text(self, code: str, text: str) -> Said:
        """Write a text. Raises ValueError that says why the network would not take it."""
        said = self._network.text(Text(self.number, code, text))
        if isinstance(said, Refused):
            raise ValueError(said.why)
        return said
