"""The voice channel as a service: SIP, the media plane, voices and recognisers, tied to the business."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import secrets
import time
from collections import OrderedDict
from collections.abc import Coroutine, Iterable
from pathlib import Path
from typing import Any

from center.call_backs import CallBacks
from center.measure import Measure, Spread
from commands.flows_on_disk import LIBRARY
from commands.serving.business import Business, later
from commands.serving.call_backs import call_backs, calls_made, missed_calls
from commands.serving.call_measures import (
    of_call_backs,
    of_calls,
    of_hearing,
    of_media,
    of_signalling,
)
from commands.serving.cut_off import CutOff
from commands.serving.platform import Platform
from commands.serving.sip_port import is_free, started
from commands.serving.sip_tls import client_tls, server_tls
from commands.serving.trunks import why_unready
from commands.settings.voice import VoiceSection
from flows.packed import fingerprint
from flows.program import Program
from ivr.channel.admission import Admission
from ivr.channel.agreement import Agreements
from ivr.channel.channel import CHANNEL, VoiceChannel
from ivr.channel.missed import MissedCalls
from ivr.channel.notes import Notes
from ivr.channel.outgoing import CallsMade
from ivr.channel.trunk_calls import TrunkCalls
from ivr.desk.lines import AgentLines
from ivr.media.client import MediaClient
from ivr.media.settings import Settings as MediaSettings
from ivr.media.sockets import PortsTakenError
from ivr.signalling.endpoint import Endpoint, Listen
from ivr.sip.layer import Local
from ivr.sip.numbers import AllowList
from ivr.sip.settings import Settings as SipSettings
from ivr.speech.fragments import Fragments
from ivr.speech.recognisers import Recognisers, RecognitionError
from ivr.speech.recordings import FOLDER, Recordings
from ivr.speech.speaker import ShopVoice, Voicebox
from ivr.speech.voices import find_voices
from ivr.webrtc.leg import Reception

DRAIN_S = 6.0
"""Calls have so long to end by themselves before they are hung up; their sessions go on when they call again. With the LEAVE_S_MAX of
ivr.signalling.endpoint it is the default of `drain_s`."""
TEND_EVERY_S = 0.5
PORTS_TRIES_MAX = 20
FIRST_PORT, LAST_PORT = 20_000, 32_000
"""Below what kernels give away by themselves."""
VOICES_MAX = 1_000
"""Shops whose phrases are kept in memory."""
log = logging.getLogger("dialcart.calls")


class Calls:
    """See commands.serving.service.Service."""

    name = "calls"

    def __init__(
        self,
        business: Business,
        section: VoiceSection,
        folders: dict[str, Path],
        platform: Platform | None = None,
    ) -> None:
        """`folders` are the sellers' own, by seller, for their recordings."""
        self._platform = platform
        self._business = business
        self._section = section
        self._folders = folders
        self._voices: OrderedDict[bytes, ShopVoice] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self.recognisers = Recognisers(
            section.recognisers,
            section.recogniser_processes,
            hear_s_max=section.recogniser_s_max,
        )
        self.voicebox = Voicebox(Fragments(section.speech, {}))
        self.closed_by = ""
        """Why no calls are taken, where the section is optional."""
        self.channel: VoiceChannel | None = None
        self.trunks: TrunkCalls | None = None
        self.made: CallsMade | None = None
        """By whom calls are made, once it is open."""
        self.missed: MissedCalls | None = None
        self.backs: CallBacks | None = None
        self.media: MediaClient | None = None
        self.endpoint: Endpoint | None = None
        self.lines: AgentLines | None = None
        """Agents' softphones, once it is open."""
        self.reception = Reception()
        """What browsers' legs share."""

    @property
    def port(self) -> int:
        """Where SIP is listened for, once it is open."""
        assert self.endpoint is not None
        return self.endpoint.port

    async def open(self) -> None:
        """Listen. Raises OSError for ports that are taken, VoiceError for a voice that is not known."""
        section = self._section
        found = await asyncio.to_thread(find_voices, dict(section.voices))
        self.voicebox.fragments.voices = found
        for language in sorted({"en", "zh"} - found.keys()):
            log.warning(
                "no voice for %s: recordings alone are heard; scripts/debian espeak-ng=espeak-ng fetches one",
                language,
            )
        port = section.port
        if section.optional and port and not is_free(section.host, port):
            port = 0
        try:
            await self._listen(port)
        except OSError as error:
            if not section.optional:
                raise
            self.closed_by = str(error)
            if self.media is not None:
                self.media.stop_planes()
            self.media = self.channel = self.trunks = self.lines = self.endpoint = None
            log.warning("no calls are taken: %s", error)
            return
        self.spawn(self._tend())
        self.spawn(self._recognise())
        self.spawn(self._render())

    async def _listen(self, port: int) -> None:
        """Open the media plane and SIP, on any port if it is 0. Raises OSError."""
        section, business = self._section, self._business
        self.media = media_client(section)
        announced = section.announced or section.host
        notes = Notes(section.recordings, secrets.randbelow)
        platform = self._platform
        channel = self.channel = VoiceChannel(
            business.turns,
            business.shops,
            self.media,
            self.recognisers,
            notes,
            self.voice,
            later=later,
            clock=time.time,
            ticks=time.monotonic,
        )
        cut_off = CutOff(business.turns, later, channel.call_of).hang_up(
            business.store, int(time.time())
        )
        if cut_off:
            log.info("callers whom the last stop cut off go on by SMS", extra={"callers": cut_off})
        trunks = self.trunks = TrunkCalls(
            channel,
            business.shops,
            business.routes,
            Agreements(
                self.media,
                announced,
                section.host6() or "",
                protected=section.protected(),
                by_ipv6=section.by_ipv6(),
            ),
            later=later,
            outside=AllowList(section.outside, business.routes.numbering),
        )
        self.made = calls_made(business, section, channel, trunks)
        self.lines = AgentLines(channel, self.media, self.reception, notes, self.spawn)
        self.lines.out = self.made
        if platform is not None:
            trunks.admission = Admission(
                platform.gate,
                CHANNEL,
                frozenset(section.recognisers),
                time.time,
                business.turns if platform.section.busy_text else None,
            )
            platform.cut_off = trunks.cut_off
        self.endpoint = await started(lambda port: self._endpoint(trunks, port), section.host, port)
        trunks.signalling = self.endpoint
        asyncio.get_running_loop().add_reader(self.media.fileno(), channel.heard)
        self.backs = call_backs(business, section)
        if self.backs is not None:
            self.missed = missed_calls(business, self.made, self.backs)
            trunks.missed = self.missed

    def _endpoint(self, trunks: TrunkCalls, port: int) -> Endpoint:
        section = self._section
        listen: list[Listen] = []
        for host in (section.host, *section.more_hosts):
            listen.append(Listen("udp", host, port))
            if section.tcp:
                listen.append(Listen("tcp", host, port))
            if section.tls_port is not None:
                listen.append(Listen("tls", host, section.tls_port))
        # Left to itself the endpoint announces the ports it listens on.
        local = Local(section.announced or section.host)
        return Endpoint(
            SipSettings(local=local, calls_max=section.calls),
            section.trunks(self._business.routes.numbering),
            trunks,
            listen=listen,
            server_tls=server_tls(section),
            client_tls=client_tls(section),
            chance=random.SystemRandom(),
        )

    async def drain(self) -> None:
        """Take no new calls; those that are up may end by themselves."""
        if self.missed is not None:
            self.missed.close()
        if self.endpoint is not None and not self.closed_by:
            await self.endpoint.drain(DRAIN_S)
            await self.endpoint.leave()
        self._business.turns.flush()

    async def close(self) -> None:
        """End all calls and processes."""
        if self.missed is not None:
            self.missed.close()
        for task in self._tasks:
            task.cancel()
        if self.channel is not None:
            self.channel.hang_up_all("shutting down")
        try:
            if self.endpoint is not None and not self.closed_by:
                try:
                    await self.endpoint.leave()
                finally:
                    await self.endpoint.close()
        finally:
            self._business.turns.flush()
            if self.media is not None:
                asyncio.get_running_loop().remove_reader(self.media.fileno())
                self.media.stop_planes()
            await self.recognisers.close()
            self.voicebox.close()

    def unready(self) -> str | None:
        """Without a media plane nobody hears us; without its trunk nobody calls."""
        if self.closed_by:
            return None
        if self.media is None or self.endpoint is None:
            return "calls are not open yet"
        if not self.media.worker:
            return "the media plane is starting"
        return why_unready(self.endpoint.stack)

    def measures(self) -> Iterable[Measure | Spread]:
        """What operators are told of calls."""
        if self.channel is None:
            return
        yield from of_calls(self.channel)
        yield from of_hearing(self.recognisers.counters)
        if self.backs is not None:
            yield from of_call_backs(self.backs.counters)
        if self.media is not None:
            yield from of_media(self.media)
        if self.endpoint is not None and not self.closed_by:
            yield from of_signalling(self.endpoint)

    def voice(self, seller: str, program: Program) -> ShopVoice:
        """The voice of a seller's program."""
        name = fingerprint(program)
        voice = self._voices.get(name)
        if voice is None:
            folder = self._folders.get(seller)
            recordings = Recordings(folder / FOLDER if folder is not None else None)
            voice = self._voices[name] = ShopVoice(program, recordings, self.voicebox)
            if len(self._voices) > VOICES_MAX:
                self._voices.popitem(last=False)
        self._voices.move_to_end(name)
        return voice

    # --- beside the calls ---

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a task, and keep it alive."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tend(self) -> None:
        while self.media is not None:
            self.media.tend()
            await asyncio.sleep(TEND_EVERY_S)

    async def _recognise(self) -> None:
        """Load the recognisers; until then callers are asked for keys."""
        try:
            await self.recognisers.start()
        except RecognitionError as error:
            log.error("callers are asked for keys: %s", error)

    async def _render(self) -> None:
        """Say everything once to the cache, shop by shop, so that no caller waits for a voice."""
        for seller in self._business.shops.sellers():
            machine = self._business.shops.current(seller)
            if machine is not None:
                await self.render(seller, machine.program)

    async def render(self, seller: str, program: Program) -> None:
        """Have in memory all that a program says on calls. A voice that fails holds nothing up."""
        if "voice" in program.channels and self.channel is not None:
            done = await self.voicebox.render(self.voice(seller, program))
            log.info("%s: %d fragments, %.0f s of speech", seller, done.fragments, done.seconds)


def media_client(section: VoiceSection) -> MediaClient:
    """A media plane on the section's ports, or on any. Raises PortsTakenError."""
    if section.media_port:
        return MediaClient(_plane_at(section, section.media_port))
    for _ in range(PORTS_TRIES_MAX - 1):
        port = FIRST_PORT + 2 * secrets.randbelow((LAST_PORT - FIRST_PORT) // 2 - section.calls)
        with contextlib.suppress(PortsTakenError):
            return MediaClient(_plane_at(section, port))
    raise PortsTakenError(f"no {2 * section.calls} ports of {section.host} are free")


def _plane_at(section: VoiceSection, port: int) -> MediaSettings:
    return MediaSettings(
        host=section.host,
        host6=section.host6(),
        port=port,
        calls=section.calls,
        first_packet_s_max=section.first_packet_s_max,
        packet_s_max=section.packet_s_max,
    )


def folders_of(sellers: Iterable[Path]) -> dict[str, Path]:
    """The folder of each seller that has one, by its name."""
    found: dict[str, Path] = {}
    for path in sellers or [LIBRARY]:
        if path.is_dir():
            found |= {file.parent.name: file.parent for file in sorted(path.rglob("seller.flow"))}
        else:
            found[path.resolve().parent.name if path.name == "seller.flow" else path.stem] = (
                path.resolve().parent
            )
    return found
