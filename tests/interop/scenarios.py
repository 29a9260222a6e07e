"""SIPp scenarios of ours: what carriers do that SIPp's own scenarios do not. Written as XML when they are run."""

from __future__ import annotations

from xml.sax.saxutils import escape

SDP = (
    "v=0\no=sipp 53655765 {version} IN IP[local_ip_type] [local_ip]\ns=-\nc=IN IP[media_ip_type] [media_ip]\nt=0 0\n"
    "m=audio [media_port] RTP/AVP 8 101\na=rtpmap:8 PCMA/8000\na=rtpmap:101 telephone-event/8000\n"
    "a=fmtp:101 0-15\na={direction}\n"
)


def sdp(version=1, direction="sendrecv"):
    return SDP.format(version=version, direction=direction)


def request(
    method, number, *, extra="", body="", within=True, branch="[branch]", uri=None, cseq=None
):
    """A request of the caller; `within` the dialog it bears the tag that it was answered with."""
    peer = "[peer_tag_param]" if within else ""
    kind = "Content-Type: application/sdp\n" if body else ""
    return (
        f"{method} {uri or 'sip:[service]@[remote_ip]:[remote_port]'} SIP/2.0\n"
        f"Via: SIP/2.0/[transport] [local_ip]:[local_port];branch={branch}\n"
        "From: <sip:8613800138000@[local_ip]:[local_port]>;tag=[pid]sipp[call_number]\n"
        f"To: <sip:[service]@[remote_ip]:[remote_port]>{peer}\n"
        "Call-ID: [call_id]\n"
        f"CSeq: {number} {cseq or method}\n"
        "Contact: <sip:8613800138000@[local_ip]:[local_port]>\n"
        f"Max-Forwards: 70\n{extra}{kind}Content-Length: [len]\n\n{body}"
    )


def send(message, *, again=True):
    repeated = ' retrans="500"' if again else ""
    return f"<send{repeated}><![CDATA[\n\n{message}\n]]></send>"


def hear(status, *, optional=False, words="", actions=""):
    maybe = ' optional="true"' if optional else ""
    return f'<recv response="{status}"{maybe} {words}>{actions}</recv>'


def hear_request(method, *, actions=""):
    return f'<recv request="{method}" crlf="true">{actions}</recv>'


def ack(number, body=""):
    return send(request("ACK", number, body=body), again=False)


def wait(ms):
    return f'<pause milliseconds="{ms}"/>'


def expect(pattern, header=None, name="seen"):
    """Fail unless what came bears this."""
    where = f'search_in="hdr" header="{escape(header)}"' if header else 'search_in="msg"'
    return (
        f'<action><ereg regexp="{escape(pattern)}" {where} check_it="true" assign_to="{name}"/>'
        f'<log message="[${name}]"/></action>'
    )


def respond(status):
    return send(
        f"SIP/2.0 {status}\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\nContent-Length: 0\n\n",
        again=False,
    )


def script(name, *steps):
    return (
        f'<?xml version="1.0" encoding="utf-8" ?>\n<scenario name="{name}">\n'
        + "\n".join(steps)
        + "\n</scenario>\n"
    )


INVITE = send(request("INVITE", 1, body=sdp(), within=False))
RINGS = (hear(100, optional=True), hear(180, optional=True), hear(183, optional=True))
BYE = lambda number: (send(request("BYE", number)), hear(200))  # noqa: E731 - reads as the other steps do

SCENARIOS = {
    # The answer comes after the CANCEL was sent: it loses the race, and the call is ended by BYE.
    "cancel": script(
        "cancel",
        INVITE,
        hear(100, optional=True),
        hear(180),
        send(request("CANCEL", 1, within=False, branch="[branch-3]")),
        hear(200),
        hear(487),
        send(request("ACK", 1, branch="[branch-6]"), again=False),
    ),
    # Both 200s come after the CANCEL was sent: the answer won the race, and the call is ended by BYE.
    "cancel_too_late": script(
        "cancel_too_late",
        INVITE.replace("<send ", '<send start_txn="invite" '),
        hear(100, optional=True, words='response_txn="invite"'),
        hear(180, words='response_txn="invite"'),
        send(request("CANCEL", 1, within=False, branch="[branch-3]"), again=False).replace(
            "<send", '<send start_txn="cancel"'
        ),
        hear(200, words='response_txn="invite"'),
        hear(200, words='response_txn="cancel"'),
        ack(1).replace("<send", '<send ack_txn="invite"'),
        *BYE(2),
    ),
    "by_ipv6": script(
        "by_ipv6",
        INVITE,
        *RINGS,
        hear(200, actions=expect("sip:[[]::1]", "Contact:")),
        ack(1),
        *BYE(2),
    ),
    "full": script(
        "full",
        INVITE,
        hear(100, optional=True),
        hear(503, actions=expect("[0-9]+", "Retry-After:")),
        send(request("ACK", 1), again=False),
    ),
    "hold": script(
        "hold",
        INVITE,
        *RINGS,
        hear(200),
        ack(1),
        send(request("INVITE", 2, body=sdp(2, "sendonly"))),
        hear(100, optional=True),
        hear(200, actions=expect("a=recvonly")),
        ack(2),
        send(request("INVITE", 3, body=sdp(3))),
        hear(100, optional=True),
        hear(200, actions=expect("a=sendrecv")),
        ack(3),
        *BYE(4),
    ),
    "delayed": script(
        "delayed",
        send(request("INVITE", 1, within=False)),
        *RINGS,
        hear(200, actions=expect("m=audio [0-9]+ RTP/AVP 8 0 101")),
        ack(1, sdp()),
        wait(50),
        *BYE(2),
    ),
    "prack": script(
        "prack",
        send(request("INVITE", 1, body=sdp(), within=False, extra="Require: 100rel\n")),
        hear(100, optional=True),
        hear(
            183,
            actions='<action><ereg regexp="[0-9]+" search_in="hdr" header="RSeq:" check_it="true" assign_to="rseq"/></action>',
        ),
        send(request("PRACK", 2, extra="RAck: [$rseq] 1 INVITE\n")),
        hear(200, actions=expect("PRACK", "CSeq:")),
        hear(200, actions=expect("INVITE", "CSeq:", "second")),
        send(request("ACK", 1), again=False),
        *BYE(3),
    ),
    "refer": script(
        "refer",
        INVITE,
        *RINGS,
        hear(200),
        ack(1),
        send(
            request(
                "REFER",
                2,
                extra="Refer-To: <tel:+86-138-0013-8000>\nReferred-By: <sip:8613800138000@[local_ip]>\n",
            )
        ),
        hear(202),
        hear_request("NOTIFY", actions=expect("SIP/2.0 100")),
        respond("200 OK"),
        hear_request("NOTIFY", actions=expect("SIP/2.0 200", name="last")),
        respond("200 OK"),
        *BYE(3),
    ),
    "fraud": script(
        "fraud",
        INVITE,
        *RINGS,
        hear(200),
        ack(1),
        send(request("REFER", 2, extra="Refer-To: <sip:+19005550199@[local_ip]>\n")),
        hear(403),
        *BYE(3),
    ),
    "digest": script(
        "digest",
        INVITE,
        hear(100, optional=True),
        hear(401, words='auth="true"'),
        send(request("ACK", 1), again=False),
        send(
            request(
                "INVITE",
                2,
                body=sdp(),
                within=False,
                extra="[authentication username=shop password=noodles]\n",
            )
        ),
        *RINGS,
        hear(200),
        ack(2),
        *BYE(3),
    ),
    "info": script(
        "info",
        INVITE,
        *RINGS,
        hear(200),
        ack(1),
        send(
            request("INFO", 2).replace(
                "Content-Length: [len]\n\n",
                "Content-Type: application/dtmf-relay\nContent-Length: [len]\n\nSignal=7\nDuration=160\n",
            )
        ),
        hear(200),
        *BYE(3),
    ),
    "update": script(
        "update",
        send(
            request(
                "INVITE",
                1,
                body=sdp(),
                within=False,
                extra="Supported: timer\nSession-Expires: 1800;refresher=uac\n",
            )
        ),
        *RINGS,
        hear(200, actions=expect("1800;refresher=uac", "Session-Expires:")),
        ack(1),
        send(request("UPDATE", 2, extra="Supported: timer\nSession-Expires: 1800;refresher=uac\n")),
        hear(200, actions=expect("1800", "Session-Expires:", "again")),
        *BYE(3),
    ),
    "short_session": script(
        "short_session",
        send(request("INVITE", 1, body=sdp(), within=False, extra="Session-Expires: 30\n")),
        hear(100, optional=True),
        hear(422, actions=expect("90", "Min-SE:")),
        send(request("ACK", 1), again=False),
    ),
    "no_codec": script(
        "no_codec",
        send(
            request(
                "INVITE", 1, within=False, body=sdp().replace("RTP/AVP 8 101", "RTP/AVP 18 101")
            )
        ),
        *RINGS,
        hear(488),
        send(request("ACK", 1), again=False),
    ),
    "options": script(
        "options",
        send(request("OPTIONS", 1, within=False)),
        hear(200, actions=expect("INVITE", "Allow:")),
    ),
}
