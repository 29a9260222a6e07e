"""The simulated carrier as a service: an SMSC in this process, whose phones are in other terminals."""

from __future__ import annotations

from collections.abc import Iterable

from center.measure import Measure, Spread
from commands.serving.listening import told
from sms.smsc.server import Settings, Smsc


class Simulator:
    """See commands.serving.service.Service. Opened before the texts that bind to it."""

    name = "simulator"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.smsc: Smsc | None = None

    @property
    def port(self) -> int:
        """Where it listens for SMPP, once it is open."""
        assert self.smsc is not None
        return self.smsc.port

    @property
    def control_port(self) -> int:
        """Where it listens for phones, once it is open."""
        assert self.smsc is not None
        return self.smsc.control_port or 0

    async def open(self) -> None:
        """Listen. Raises OSError if a port is taken."""
        self.smsc = Smsc(self._settings)
        settings = self._settings
        try:
            await self.smsc.open()
        except OSError as error:
            has_port = bool(self.smsc.port)
            key = "control_port" if has_port else "port"
            port = (settings.control_port or 0) if has_port else settings.port
            why = told("simulator", settings.host, port, key, error)
            raise OSError(error.errno, why) from None

    async def drain(self) -> None:
        """A carrier outlives its partners: it goes on until it is closed."""

    async def close(self) -> None:
        """Unbind everybody."""
        if self.smsc is not None:
            await self.smsc.close()

    def unready(self) -> str | None:
        """Never: nobody in earnest depends on it."""
        return None

    def measures(self) -> Iterable[Measure | Spread]:
        """None: it is not ours to operate."""
        return ()
