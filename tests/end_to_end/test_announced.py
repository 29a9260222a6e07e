"""A shop behind a NAT: what it answers a call with names the address that is announced, and not the one it listens on."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.end_to_end.telephone_shop import NUMBER, Running

ANNOUNCED = "198.51.100.7"
"""Of nobody (RFC 5737): were audio or a request sent there, nothing would come of it."""
WAIT_S = 120.0


def message(method: str, sequence: int, port: int, to: str = "", sdp: str = "") -> bytes:
    """A request of one call, from a telephone on this port."""
    kind = "Content-Type: application/sdp\r\n" if sdp else ""
    return (
        f"{method} sip:{NUMBER}@{ANNOUNCED} SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK{method}{sequence}\r\n"
        f"From: <sip:13800138061@127.0.0.1>;tag=phone\r\nTo: <sip:{NUMBER}@{ANNOUNCED}>{to}\r\n"
        f"Call-ID: announced\r\nCSeq: {sequence} {method}\r\nMax-Forwards: 70\r\n"
        f"Contact: <sip:13800138061@127.0.0.1:{port}>\r\n{kind}Content-Length: {len(sdp)}\r\n\r\n{sdp}"
    ).encode()


@contextmanager
def answered(shop_port: int) -> Iterator[str]:
    """The answer to a call, which is up until it is looked at."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.bind(("127.0.0.1", 0))
        phone.settimeout(WAIT_S)
        port = phone.getsockname()[1]
        phone.connect(("127.0.0.1", shop_port))

        def final(method: str) -> str:
            while True:
                data = phone.recv(65_535).decode()
                if f" {method}\r\n" in data and not data.startswith("SIP/2.0 1"):
                    return data

        sdp = (
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP 8\r\n"
        )
        phone.send(message("INVITE", 1, port, sdp=sdp))
        answer = final("INVITE")
        to = ";tag=" + re.findall(r"(?m)^To:.*;tag=([^;\r]+)", answer)[0]
        phone.send(message("ACK", 1, port, to))
        try:
            yield answer
        finally:
            phone.send(message("BYE", 2, port, to))
            assert final("BYE").startswith("SIP/2.0 200")


def test_contact_and_sdp_name_what_is_announced(tmp_path: Path) -> None:
    shop = Running(tmp_path, voice=f'announced = "{ANNOUNCED}"\n')
    try:
        with answered(shop.port) as answer:
            assert answer.startswith("SIP/2.0 200")
            contact = re.findall(r"(?m)^Contact: <sip:([^>]+)>", answer)[0]
            assert re.fullmatch(rf"(.*@)?{ANNOUNCED}:{shop.port}(;.*)?", contact), answer
            assert re.findall(r"(?m)^c=(.*)\r$", answer) == [f"IN IP4 {ANNOUNCED}"], answer
            assert re.findall(r"(?m)^o=.* (\S+)\r$", answer) == [ANNOUNCED], answer
    finally:
        shop.close()
