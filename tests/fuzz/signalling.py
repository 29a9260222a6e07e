"""Mutated SIP and SDP against a stack of ours: it may refuse, it may not break, it keeps nothing, and calls nobody it may not.

Whatever comes, REFERs and redirections to numbers that cost money among it: an INVITE of ours goes to the number that was dialled, a REFER
of ours names one that the allow-list holds, and no other is asked for.

python -m tests.fuzz.signalling --count 200000
"""

from __future__ import annotations

import argparse
import contextlib
import random
import re
import sys
from collections import Counter

from ivr.sip.errors import CommandError, NotAllowedError, ProtocolError
from ivr.sip.events import Incoming, Reinvited, TransferAsked
from ivr.sip.flow import Flow
from ivr.sip.frames import Frames, FramingError
from ivr.sip.layer import Local
from ivr.sip.numbers import AllowList, number_of
from ivr.sip.offer import ADDRESSES_KEPT_MAX, LocalMedia, answer, make_offer
from ivr.sip.sdp import Sdp
from ivr.sip.settings import Settings
from ivr.sip.stack import Stack
from ivr.sip.trunk import Trunk, networks
from ivr.sip.uri import KEPT_CHARACTERS_MAX, KEPT_MAX, Uri
from tests.fuzz.memory import watch
from tests.ivr.sip.torture import TORTURE

MEDIA = LocalMedia("192.0.2.1", 40_000, srtp_key=bytes(30))
EITHER = LocalMedia("192.0.2.1", 40_000, srtp_key=bytes(30), host6="2001:db8::1")
FLOW = Flow("udp", "192.0.2.7", 5060)
ALLOWED = AllowList(("+8*", "1*"))
DIALLED = "1234567"
COSTLY = (
    "tel:+19005550199",
    "sip:+19005550199@192.0.2.7",
    "sip:0019005550199@evil.example;user=phone",
)
TARGETS = (
    "tel:+8613800138000", "sip:+8613800138000@evil.example", "tel:+86-138-0013-8000;phone-context=+1900",
    "sip:13800138000,,900@192.0.2.7", "sip:13800138000%40evil@192.0.2.7", "sip:1@192.0.2.7?Route=%3Csip:evil%3E", *COSTLY,
)  # fmt: skip
"""Whom a caller would have us call: some may be, of most it only looks so."""
_DIALS = re.compile(rb"INVITE \S+ SIP/2.0\r\n(?!.*\r\n(?:To|t):[^\r]*;[ \t]*tag[ \t]*=)", re.DOTALL)
"""An INVITE that begins a call."""
_REFERS = re.compile(rb"REFER .*\r\nRefer-To: <([^>]*)>", re.DOTALL)
KINDS_SHOWN_MAX = 24
MESSAGES_AT_ONCE = 16_000
"""Then all calls come to an end, some of which nobody hung up: what is held after that is kept for ever."""
WARM_UP_MESSAGES = 2 * MESSAGES_AT_ONCE
SDP = (
    b"v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\n"
    b"m=audio 6000 RTP/SAVP 0 8 101 102\r\na=rtpmap:101 telephone-event/8000\r\na=rtpmap:102 telephone-event/48000\r\n"
    b"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:"
    + b"QUJD"
    * 10
    + b"|2^20|1:4\r\na=sendonly\r\na=rtcp-mux\r\n"
    b"m=audio 6002 RTP/AVP 0 8\r\na=ptime:20\r\nm=video 6004 RTP/AVP 31\r\n"
)
PIECES = [
    *(
        b"\r\n",
        b"\r\n ",
        b"\r\n\r\n",
        b" ",
        b"\t",
        b";",
        b",",
        b"<",
        b">",
        b'"',
        b"\\",
        b"%",
        b"%00",
        b"@",
        b":",
        b"\0",
    ),
    *(
        b"=",
        b"?",
        b"\xff\xfe",
        b"-1",
        b"9" * 40,
        b"4294967296",
        b"z9hG4bK",
        b";tag=",
        b"sip:",
        b"tel:+1",
        b"SIP/2.0",
        b"[::1]",
    ),
    *(
        b"Require: 100rel\r\n",
        b"Via: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bKq\r\n",
        b"Content-Length: 5\r\n",
        b"((((",
        "²".encode(),
        b"A" * 4096,
    ),
]


def message(
    talk_number: int,
    method: str,
    number: int,
    tag: str,
    extra: str = "",
    body: bytes = b"",
    kind: str = "application/sdp",
) -> bytes:
    """A request without fault."""
    to = f";tag={tag}" if tag else ""
    typed = f"Content-Type: {kind}\r\n" if body else ""
    return (
        f"{method} sip:4001@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7;rport;branch=z9hG4bK{method}{number}-{talk_number}\r\n"
        f"From: <sip:+8613800138000@192.0.2.7>;tag=a\r\nTo: <sip:4001@192.0.2.1>{to}\r\nCall-ID: fuzz{talk_number}\r\n"
        f"CSeq: {number} {method}\r\nContact: <sip:a@192.0.2.7>\r\nAllow: UPDATE\r\nSupported: timer, 100rel\r\n{extra}{typed}"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def mutated(data: bytes, chance: random.Random) -> bytes:
    """With some of its bytes changed, left out, doubled or put in."""
    made = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(made) + 1)
        match chance.randrange(5):
            case 0 if made:
                made[at - 1] = chance.randrange(256)
            case 1:
                del made[at : at + chance.randint(1, 40)]
            case 2:
                made[at:at] = chance.choice(PIECES)
            case 3:
                made[at:at] = made[max(0, at - chance.randint(1, 60)) : at]
            case _:
                piece = chance.choice(PIECES)
                made[at : at + len(piece)] = piece
    return bytes(made[:70_000])


RESPONSE_HEADERS = (
    "",
    "Require: 100rel\r\nRSeq: 1\r\n",
    "Require: timer\r\nSession-Expires: 90;refresher=uac\r\n",
    "Min-SE: 3600\r\n",
    'WWW-Authenticate: Digest realm="a", nonce="b"\r\n',
    "Record-Route: <sip:192.0.2.8;lr>, <sip:192.0.2.9>\r\nAllow: UPDATE\r\n",
    *(f"Contact: <{target}>\r\n" for target in COSTLY),
)


class Shop:
    """A stack with an owner that does with every event what it can."""

    def __init__(self, chance: random.Random) -> None:
        trunk = Trunk(
            "line", networks("192.0.2.0/24"), peer=FLOW, allowed=ALLOWED, calls_max=100_000
        )
        settings = Settings(local=Local("192.0.2.1"), calls_per_s_max=1e9, calls_max=100_000)
        self.now = 1000.0
        self.stack = Stack(settings, (trunk,), chance, self.now)
        self.chance = chance
        self.totals: Counter[str] = Counter()
        self.invited = b""
        """The newest INVITE of ours."""
        self.standing: set[bytes] = set()
        """Call-IDs of our calls that were answered: what is asked in them goes to their contacts, whether those gave a tag or none."""

    def take(self, data: bytes) -> None:
        self.stack.receive(data, FLOW, self.now)
        self.settle()

    def settle(self) -> None:
        stack, now = self.stack, self.now
        for event in stack.take_events():
            self.totals[type(event).__name__] += 1
            try:
                match event:
                    case Incoming(call=call, offer=offer) | Reinvited(call=call, offer=offer):
                        ours = make_offer(MEDIA) if offer is None else answer(offer, MEDIA)[0]
                        if isinstance(event, Reinvited):
                            stack.accept(call, ours, now)
                        else:
                            if self.chance.random() < 0.3:
                                stack.progress(call, 183, now, ours, reliable=True)
                            stack.answer(call, ours, now, ALLOWED)
                    case TransferAsked(call=call, number=number):
                        assert ALLOWED.holds(number), number
                        stack.report_transfer(call, 200, now)
                    case _:
                        pass
            except ProtocolError as error:
                stack.refuse(call, error.status, now) if isinstance(
                    event, Incoming
                ) else stack.reject(call, 488, now)
            except CommandError:
                self.totals["too late"] += 1
        stack.reception.faults.clear()
        for _, data in stack.take_out():
            self.totals[data[:11].decode("latin-1")] += 1
            if data.startswith(b"ACK ") and f":{DIALLED}@".encode() not in data.split(b" ", 2)[1]:
                # Of a 2xx: all others are acknowledged where the INVITE went.
                self.standing.add(name_of(data))
            check_whom(data, self.standing)
            if data.startswith(b"INVITE"):
                self.invited = data

    def run(self, seconds: float) -> None:
        until = self.now + seconds
        while (due := self.stack.timer()) is not None and due <= until:
            self.now = max(self.now, due)
            self.stack.run(self.now)
            self.settle()
        self.now = until


def name_of(data: bytes) -> bytes:
    """Call-ID of a message of ours."""
    return data.partition(b"\r\nCall-ID: ")[2].partition(b"\r\n")[0]


def check_whom(data: bytes, standing: set[bytes]) -> None:
    """Raises AssertionError for a call of ours, or a caller of ours sent, to whom nobody may be."""
    if _DIALS.match(data) and name_of(data) not in standing:
        assert Uri.parse(data.split(b" ", 2)[1].decode()).user == DIALLED, data
    if refers := _REFERS.match(data):
        number = number_of(Uri.parse(refers[1].decode()))
        assert number.strip("+").isdigit(), data
        assert ALLOWED.holds(number), data


def talk(shop: Shop, chance: random.Random) -> None:
    """One call, each of its messages perhaps mutated; and one message that belongs to nothing."""
    n = shop.totals["talks"] = shop.totals["talks"] + 1
    shop.take(mutated(chance.choice(list(TORTURE.values())).data, chance))
    steps = [
        message(
            n,
            "INVITE",
            1,
            "",
            "Session-Expires: 1800\r\n",
            mutated(SDP, chance) if chance.random() < 0.5 else SDP,
        )
    ]
    invite = steps[0] if chance.random() < 0.6 else mutated(steps[0], chance)
    shop.take(invite)
    calls = list(shop.stack.calls)
    tag = calls[-1] if calls else "none"
    later = [
        message(n, "PRACK", 2, tag, "RAck: 1 1 INVITE\r\n"),
        message(n, "ACK", 1, tag),
        message(
            n, "INFO", 3, tag, body=b"Signal=5\r\nDuration=160\r\n", kind="application/dtmf-relay"
        ),
        message(n, "INVITE", 4, tag, body=SDP),
        message(n, "ACK", 4, tag),
        message(n, "UPDATE", 5, tag, "Session-Expires: 90;refresher=uac\r\n", SDP),
        message(n, "REFER", 6, tag, f"Refer-To: <{chance.choice(TARGETS)}>\r\n"),
        message(n, "NOTIFY", 7, tag, "Event: refer\r\n", b"SIP/2.0 200 OK\r\n", "message/sipfrag"),
        message(n, "BYE", 8, tag),
    ]
    for data in later:
        shop.take(data if chance.random() < 0.5 else mutated(data, chance))
    replacing = message(n, "INVITE", 9, "", f"Replaces: fuzz{n};to-tag={tag};from-tag=a\r\n", SDP)
    replacing = replacing.replace(b"Call-ID: ", b"Call-ID: next")
    later.insert(chance.randrange(len(later)), replacing)
    answer_ = b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK0\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: q\r\nCSeq: 1 BYE\r\n\r\n"
    shop.take(mutated(answer_, chance))
    try:
        Frames().feed(mutated(invite + later[1], chance))
        answer(Sdp.parse(mutated(SDP, chance)), MEDIA)
    except (FramingError, ProtocolError):
        shop.totals["refused"] += 1
    shop.run(1)
    dial(shop, chance)


def dial(shop: Shop, chance: random.Random) -> None:
    """One call of ours, and mutated responses to it."""
    try:
        shop.stack.dial("line", DIALLED, make_offer(MEDIA), ALLOWED, shop.now)
    except CommandError:
        return
    shop.settle()
    for status in chance.choice(
        (
            [100, 183, 183, 200],
            [180, 200, 200],
            [302],
            [300, 380],
            [401],
            [503],
            [422],
            [486],
            [200],
            [],
        )
    ):
        data = response(shop.invited, status, chance.choice(RESPONSE_HEADERS))
        shop.take(data if chance.random() < 0.5 else mutated(data, chance))
    for call in list(shop.stack.calls)[-1:]:
        try:
            shop.stack.reoffer(call, make_offer(MEDIA), shop.now)
            shop.settle()
            data = response(shop.invited, chance.choice((100, 200, 491, 500)), "")
            shop.take(data if chance.random() < 0.5 else mutated(data, chance))
            with contextlib.suppress(NotAllowedError):
                shop.stack.refer(call, chance.choice(TARGETS), ALLOWED, shop.now)
                shop.settle()
            if chance.random() < 0.5:
                shop.stack.hang_up(call, shop.now)
        except CommandError:
            shop.totals["too late"] += 1
    shop.settle()


def response(invite: bytes, status: int, extra: str) -> bytes:
    """A response to an INVITE of ours, without fault."""
    kept = [
        line
        for line in invite.decode("utf-8", "surrogateescape").split("\r\n")
        if line.startswith(("Via:", "From:", "To:", "Call-ID:", "CSeq:"))
    ]
    lines = "\r\n".join(f"{line};tag=far" if line.startswith("To:") else line for line in kept)
    body = SDP if status in (183, 200) else b""
    kind = "Content-Type: application/sdp\r\n" if body else ""
    return (
        f"SIP/2.0 {status} So\r\n{lines}\r\nContact: <sip:b@192.0.2.7>\r\n{extra}{kind}"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode("utf-8", "surrogateescape") + body


def fuzz(count: int, seed: int) -> Counter[str]:
    """Let so many messages come; what happened, by kind. Raises AssertionError where something is kept."""
    chance = random.Random(seed)
    shop = Shop(chance)
    for first in range(0, count, MESSAGES_AT_ONCE):
        for _ in range(min(MESSAGES_AT_ONCE, count - first) // 16):
            talk(shop, chance)
        shop.run(5 * 3600)
        shop.standing.clear()
        assert not shop.stack.calls
        assert not len(shop.stack.layer)
    return shop.totals


def fill_tables() -> None:
    """What is kept read has its limits: past them one makes room for another."""
    for number in range(max(KEPT_MAX, ADDRESSES_KEPT_MAX)):
        name = f"{number:08d}"
        Uri.parse(f"sip:{name}@192.0.2.7;{'x' * (KEPT_CHARACTERS_MAX - 32)}")
        far = b"2001:db8:0:0:0:0:%x:%x" % divmod(number, 256)
        answer(Sdp.parse(SDP.replace(b"IP4 192.0.2.7\r\nt", b"IP6 %s\r\nt" % far)), EITHER)


def main() -> int:
    """Run from the command line; fails if memory grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    words = parser.parse_args()
    fill_tables()
    fuzz(WARM_UP_MESSAGES, words.seed)
    return watch(
        "signalling",
        words.count,
        words.seed,
        lambda count, seed: dict(fuzz(count, seed).most_common(KINDS_SHOWN_MAX)),
        fill_tables,
    )


if __name__ == "__main__":
    sys.exit(main())
