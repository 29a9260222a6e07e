"""The plane at work: a process of its own that carries packets between the network and the columns, tick by tick.

Two such processes stand ready. One holds the lock on their memory and works; the other, started and warm, waits for
the lock, which the kernel hands it the moment the first one dies. It finds calls, prompts and keys where they were.

    python -m ivr.media.process SETTINGS PARENT PLACE MEMORY COMMANDED HAPPENED DESCRIPTORS

The signalling process starts it (client.py); the arguments are its settings and descriptors, as JSON.
"""

import contextlib
import fcntl
import gc
import math
import mmap
import os
import select
import sys
import time

import msgspec

from ivr.media.counting import Count
from ivr.media.memory import COMMAND_BYTES, EVENT_BYTES, Memory, lay_out, size_of
from ivr.media.messages import Resumed, decode_command
from ivr.media.plane import Plane
from ivr.media.ring import Ring
from ivr.media.settings import FRAME_S, Settings
from ivr.media.sockets import Descriptors
from ivr.media.telling import Teller
from ivr.media.wire import Wires

COMMANDS_MAX = 64
"""Commands carried out in one tick."""
IDLE_S = 0.5
"""Without calls it sleeps until a command comes, and looks so often whether its parent lives."""
REALTIME_PRIORITY = 1
"""The least there is. The kernel keeps a twentieth of each second for the others, whatever this one does."""
HAND_ON_S = 0.008
"""Frames for recognisers are announced no more often, events at once."""
REPORTS_S = 0.1
"""Reports are taken and made so often, those of all calls together."""


def work(
    settings: Settings, memory: Memory, wires: Wires, commanded: int, happened: int, parent: int
) -> None:
    """Run the plane until the signalling process is gone."""
    groups, tick_s = settings.groups, settings.tick_s
    hand_on_ticks, report_ticks = math.ceil(HAND_ON_S / tick_s), round(REPORTS_S / tick_s)
    commands = Ring(memory.commands, COMMAND_BYTES)
    teller = Teller(Ring(memory.events, EVENT_BYTES), memory.counts)
    plane = Plane(memory, settings, teller.tell)
    heard_told = int(memory.heard_ends[0])
    gone_at = float(memory.clock[0])
    now = time.monotonic()
    if gone_at:
        gap_s = max(0.0, now - gone_at)
        plane.resume(gap_s, now)
        teller.tell(Resumed(round(gap_s * 1000, 1), now))
        os.eventfd_write(happened, 1)
    memory.worker[0] = os.getpid()
    memory.counts[Count.LIVES] += 1
    tick = math.ceil(now / tick_s)
    idle = select.poll()
    idle.register(commanded, select.POLLIN)
    while tick % groups or os.getppid() == parent:
        if plane.calls == 0 and commands.read == commands.written:
            # An idle plane has no clock to fall behind.
            memory.clock[0] = 0
            idle.poll(IDLE_S * 1000)
            with contextlib.suppress(BlockingIOError):
                os.eventfd_read(commanded)
            tick = math.ceil(time.monotonic() / tick_s)
        wait_s = tick * tick_s - time.monotonic()
        if wait_s > 0:
            time.sleep(wait_s)
        elif wait_s < -FRAME_S:
            frames = int(-wait_s / FRAME_S)
            plane.resume(frames * FRAME_S, time.monotonic())
            memory.counts[Count.MISSED] += frames * groups
            tick += frames * groups
        now, group = time.monotonic(), tick % groups
        for _ in range(COMMANDS_MAX):
            message = commands.peek()
            if message is None:
                break
            plane.carry_out(decode_command(message), now)
            commands.advance()
        for arrived in wires.arrived():
            plane.hear(arrived, now)
        plane.listen(group, now)
        leaving = plane.speak(group, now)
        told = teller.is_news()
        heard = int(memory.heard_ends[0])
        if told or (heard != heard_told and tick % hand_on_ticks == 0):
            heard_told = heard
            os.eventfd_write(happened, 1)
        for notice in plane.notices():
            wires.notify(notice)
        # Last: the kernel's work for hundreds of packets drives all of ours out of the processor's caches, and so it does once.
        wires.send(leaving)
        if tick % report_ticks == 0:
            for notice in plane.report(wires.notices(), now):
                wires.notify(notice)
        tick += 1
        memory.counts[Count.TICKS] += 1
        memory.clock[0] = tick * tick_s


def main() -> None:
    """Take the arguments apart, wait for the lock, work."""
    settings = msgspec.json.decode(sys.argv[1], type=Settings)
    parent, place, shared, commanded, happened = map(int, sys.argv[2:7])
    descriptors = msgspec.json.decode(sys.argv[7], type=Descriptors)
    buffer = mmap.mmap(shared, size_of(settings))
    memory = lay_out(buffer, settings)
    wires = Wires(descriptors, memory, settings)
    if settings.cpu is not None:
        os.sched_setaffinity(0, {settings.cpu})
    if settings.realtime:
        with contextlib.suppress(PermissionError):
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(REALTIME_PRIORITY))
    gc.collect()
    gc.freeze()
    gc.disable()
    memory.ready[place] = os.getpid()
    # A record lock: the kernel lets go of it when its process ends, however it ends.
    fcntl.lockf(shared, fcntl.LOCK_EX)
    work(settings, memory, wires, commanded, happened, parent)


if __name__ == "__main__":
    main()
