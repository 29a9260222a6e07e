"""What SIPp's scenarios are written of: SIP messages and the ends of calls, in which {caller}, {dialled} and the like are to be filled in."""

from __future__ import annotations

SAME_VIA = "[last_Via:]"
"""Of the transaction that a CANCEL stops and a refusal ends: RFC 3261, sections 9.1 and 17.1.1.3."""
SHOP = "To: <sip:{dialled}@[remote_ip]:[remote_port]>"
"""Before there is a dialog."""
_SDP = """v=0
o=OWNER 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio {media} RTP/AVP {codec} 101
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15"""


def scenario(name: str, *steps: str) -> str:
    """All of it."""
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="{name}">'
    return "\n".join((head, *steps, "</scenario>\n"))


def sdp(owner: str) -> str:
    """Audio and telephone-events."""
    return _SDP.replace("OWNER", owner)


def request(
    method: str,
    *headers: str,
    sequence: int | str = 1,
    uri: str = "sip:{dialled}@[remote_ip]:[remote_port]",
    via: str = "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]",
    to: str = "[last_To:]",
    body: str = "",
) -> str:
    """One from the caller, by default within the dialog; all but an ACK go again until they are answered."""
    sender = "From: <sip:{caller}@[local_ip]:[local_port]>;tag=[pid]SIPpTag00[call_number]"
    contact = "Contact: <sip:{caller}@[local_ip]:[local_port]>"
    return _message(
        *(f"{method} {uri} SIP/2.0", via, sender, to, "Call-ID: [call_id]"),
        f"CSeq: {sequence} {method}",
        *((contact,) if method in ("INVITE", "NOTIFY") else ()),
        "Max-Forwards: 70",
        *headers,
        body=body,
        again=method != "ACK",
    )


def answer(status: str, *headers: str, tag: str = "", body: str = "") -> str:
    """One to what came last; what bears a body goes again until it is acknowledged."""
    return _message(
        *(f"SIP/2.0 {status}", "[last_Via:]", "[last_From:]", f"[last_To:]{tag}"),
        *("[last_Call-ID:]", "[last_CSeq:]", *headers),
        body=body,
        again=bool(body),
    )


def _message(*lines: str, body: str, again: bool) -> str:
    opening = '<send retrans="500"><![CDATA[' if again else "<send><![CDATA["
    length = "Content-Length: [len]" if body else "Content-Length: 0"
    return "\n".join((opening, *lines, length, "", *([body] if body else ()), "]]></send>"))


INVITE = request("INVITE", "Content-Type: application/sdp", to=SHOP, body=sdp("caller"))
RINGING = '<recv response="100" optional="true"/>\n<recv response="180" optional="true"/>'
ACK = request("ACK")
REFUSED_ACK = request("ACK", via=SAME_VIA)
"""Of a refusal: within its transaction, whose branch it bears (RFC 3261, section 17.1.1.3)."""
THEY_HANG_UP = '<recv request="BYE" timeout="{wait_ms}"/>\n' + answer("200 OK")
WE_HANG_UP = request("BYE", sequence=2) + '\n<recv response="200"/>'
