"""A network on simulated time between stacks of ours: it delays, loses, doubles and reorders, by seed."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from ivr.sip.digest import Secret
from ivr.sip.errors import ProtocolError
from ivr.sip.events import Answered, Ended, Incoming, Reinvited
from ivr.sip.flow import Flow
from ivr.sip.layer import Local
from ivr.sip.message import Response, parse
from ivr.sip.numbers import AllowList
from ivr.sip.offer import LocalMedia, answer, make_offer, settle
from ivr.sip.settings import Settings
from ivr.sip.stack import Stack
from ivr.sip.trunk import Trunk, networks

CARRIER, SHOP = "192.0.2.1", "198.51.100.1"
ANYONE = AllowList(("1*", "4*", "8*", "9*", "+8*"))


def trunk_to(host, **changes):
    settings = {
        "name": "line",
        "networks": networks(f"{host}/32"),
        "peer": Flow(changes.pop("transport", "udp"), host, 5060),
        "allowed": ANYONE,
        **changes,
    }
    return Trunk(**settings)


@dataclass
class Node:
    """One end: a stack, and a voice channel that does as it is told."""

    stack: Stack
    host: str
    media: LocalMedia
    events: list = field(default_factory=list)
    by_itself: bool = True
    """Whether it answers what it is called with."""
    react: Callable = lambda _node, _event, _now: False
    agreed: dict = field(default_factory=dict)

    def take(self, event, now):
        self.events.append(event)
        if self.react(self, event, now) or not self.by_itself:
            return
        match event:
            case Incoming(call=call, offer=None):
                self.stack.progress(call, 180, now)
                self.stack.answer(call, make_offer(self.media), now)
            case Incoming(call=call, offer=offer):
                self.stack.progress(call, 180, now)
                try:
                    ours, self.agreed[call] = answer(offer, self.media)
                except ProtocolError as error:
                    self.stack.refuse(call, error.status, now)
                else:
                    self.stack.answer(call, ours, now)
            case Reinvited(call=call, offer=None):
                self.stack.accept(call, make_offer(self.media), now)
            case Reinvited(call=call, offer=offer):
                ours, self.agreed[call] = answer(offer, self.media)
                self.stack.accept(call, ours, now)
            case Answered(call=call, remote=remote) if remote is not None:
                local = self.stack.call(call).offers.local
                if local is None:
                    ours, self.agreed[call] = answer(remote, self.media)
                    self.stack.complete(call, ours)
                else:
                    self.agreed[call] = settle(local, remote, self.media)
            case _:
                pass

    def kinds(self):
        return [type(event).__name__ for event in self.events]

    def last(self, kind):
        return next(event for event in reversed(self.events) if isinstance(event, kind))

    def all(self, kind):
        return [event for event in self.events if isinstance(event, kind)]

    def ended(self):
        return self.last(Ended)


class Network:
    """The world between them. Nothing in it knows the real time."""

    def __init__(self, *, loss=0.0, delay_s=0.02, jitter_s=0.0, doubling=0.0, seed=1, start=1000.0):
        self.now = start
        self.loss = loss
        self.delay_s = delay_s
        self.jitter_s = jitter_s
        self.doubling = doubling
        self.chance = random.Random(seed)
        self.nodes: dict[str, Node] = {}
        self.lost = 0
        self.wire: list[tuple[str, str, bytes]] = []
        """All that was sent: from, to, bytes."""
        self.drop: Callable[[str, object], bool] = lambda _source, _message: False
        """Loses one message on purpose."""
        self._queue: list = []
        self._count = 0

    def node(self, host, *trunks, media=None, chance=None, **settings):
        stack = Stack(
            Settings(local=Local(host), **settings), trunks, chance or self.chance, self.now
        )
        node = Node(stack, host, media or LocalMedia(host, 40_000))
        self.nodes[host] = node
        return node

    def flush(self):
        """Carry what the stacks have to say, and tell what happened, until all is quiet at this instant."""
        busy = True
        while busy:
            busy = False
            for node in self.nodes.values():
                for event in node.stack.take_events():
                    busy = True
                    node.take(event, self.now)
                for flow, data in node.stack.take_out():
                    busy = True
                    self._carry(node.host, flow, data)

    def _carry(self, source, flow, data):
        self.wire.append((source, flow.host, data))
        if flow.host not in self.nodes:
            return
        copies = 2 if self.chance.random() < self.doubling else 1
        for _ in range(copies):
            if self.drop(source, parse(data)) or (
                flow.transport == "udp" and self.chance.random() < self.loss
            ):
                self.lost += 1
                continue
            self._count += 1
            at = self.now + self.delay_s + self.chance.random() * self.jitter_s
            came = Flow(flow.transport, source, 5060, 1 if flow.reliable else 0)
            heapq.heappush(self._queue, (at, self._count, flow.host, came, data))

    def run(self, seconds):
        """Let so much time pass."""
        until = self.now + seconds
        self.flush()
        while True:
            times = [node.stack.timer() for node in self.nodes.values()]
            due = min([t for t in times if t is not None], default=until)
            if self._queue:
                due = min(due, self._queue[0][0])
            if due > until:
                break
            self.now = max(self.now, due)
            while self._queue and self._queue[0][0] <= self.now:
                _, _, host, flow, data = heapq.heappop(self._queue)
                self.nodes[host].stack.receive(data, flow, self.now)
            for node in self.nodes.values():
                node.stack.run(self.now)
            self.flush()
            if due >= until and not self._queue:
                break
        self.now = until

    def sent(self, source, what):
        """Messages from there: requests by method, responses by status."""
        found = []
        for host, _, data in self.wire:
            message = parse(data)
            kind = message.status if isinstance(message, Response) else message.method
            if host == source and kind == what:
                found.append(message)
        return found


def pair(
    *,
    shop=None,
    carrier=None,
    shop_media=None,
    carrier_media=None,
    shop_trunk=None,
    carrier_trunk=None,
    shop_others=(),
    **network,
):
    """A carrier and a shop, each the other's trunk; `shop_others` are further trunks of the shop's."""
    world = Network(**network)
    caller = world.node(
        CARRIER, trunk_to(SHOP, **(carrier_trunk or {})), media=carrier_media, **(carrier or {})
    )
    called = world.node(
        SHOP,
        trunk_to(CARRIER, **(shop_trunk or {})),
        *shop_others,
        media=shop_media,
        **(shop or {}),
    )
    return world, caller, called


def ring(world, caller, number="4001", *, sdp=True, **options):
    """The carrier's end calls the shop."""
    offer = make_offer(caller.media) if sdp else None
    call = caller.stack.dial("line", number, offer, ANYONE, world.now, **options)
    world.flush()
    return call


SECRET = Secret("shop", "noodles")


def up(**options):
    """A call that both ends have up."""
    world, caller, called = pair(**options)
    call = ring(world, caller)
    world.run(1)
    assert isinstance(caller.last(Answered), Answered)
    return world, caller, called, call, called.last(Incoming).call


def quiet(world, *nodes):
    """Nothing is left, once all timers have run out."""
    world.run(200)
    for node in nodes:
        assert node.stack.book.is_empty
        assert len(node.stack.layer) == 0
