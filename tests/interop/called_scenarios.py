"""SIPp scenarios in which SIPp is called, as a carrier's switch is by us. Written as XML when they are run."""

from __future__ import annotations

from tests.interop.scenarios import expect, hear, hear_request, respond, script, sdp, send

TAG = "tag=[pid]sipp[call_number]"


def answer(status, *, extra="", body="", cseq="[last_CSeq:]"):
    """A response that makes a dialog; `cseq` where it is not of the request that came last."""
    kind = "Content-Type: application/sdp\n" if body else ""
    return send(
        f"SIP/2.0 {status}\n[last_Via:]\n[last_From:]\n[last_To:];{TAG}\n[last_Call-ID:]\n{cseq}\n"
        f"Contact: <sip:4001@[local_ip]:[local_port]>\n{extra}{kind}Content-Length: [len]\n\n{body}",
        again=False,
    )


def tell(method, number, *, extra="", body=""):
    """A request within the dialog, the other way."""
    return send(
        f"{method} [next_url] SIP/2.0\nVia: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n"
        f"From: [$us];{TAG}\nTo: [$them]\nCall-ID: [call_id]\nCSeq: {number} {method}\nMax-Forwards: 70\n"
        f"Contact: <sip:4001@[local_ip]:[local_port]>\n{extra}Content-Length: [len]\n\n{body}"
    )


REMEMBER = (
    '<action><ereg regexp="<sip[^>]*>.*" search_in="hdr" header="From:" assign_to="them"/>'
    '<ereg regexp="<sip[^>]*>" search_in="hdr" header="To:" assign_to="us"/></action>'
).replace('"<sip[^>]*>', '"&lt;sip[^&gt;]*&gt;')
VIA = '<action><ereg regexp=".+" search_in="hdr" header="Via:" assign_to="via"/></action>'


def hear_proof(method, label):
    """That request, with the right password; with a wrong one the scenario waits for what never comes."""
    verdict = '<action><verifyauth assign_to="proven" username="shop" password="noodles"/></action>'
    heard = hear_request(method, actions=verdict)
    return (
        heard.replace("<recv ", f'<recv next="{label}" test="proven" ')
        + hear_request("PROOF")
        + f'<label id="{label}"/>'
    )


INVITED = hear_request("INVITE")
ACKED = hear_request("ACK")
OVER = (hear_request("BYE"), respond("200 OK"))

CALLED = {
    "answers": script("answers", INVITED, answer("180 Ringing"), answer("200 OK", body=sdp()), ACKED, *OVER),
    # Its 200 and our CANCEL pass each other: both are answered, and the call is ended by BYE.
    "answers_late": script(
        "answers_late",
        INVITED,
        answer("180 Ringing"),
        hear_request("CANCEL"),
        answer("200 OK"),
        answer("200 OK", body=sdp(), cseq="CSeq: 1 INVITE"),
        ACKED,
        *OVER,
    ),
    "challenges": script(
        "challenges",
        INVITED,
        answer(
            "401 Unauthorized",
            extra='WWW-Authenticate: Digest realm="carrier", nonce="f84f1cec41e6cbe5aea9c8e88d359", algorithm=MD5, qop="auth"\n',
        ),
        ACKED,
        hear_proof("INVITE", "1"),
        answer("200 OK", body=sdp()),
        ACKED,
        *OVER,
    ),
    "registrar": script(
        "registrar",
        hear_request("REGISTER"),
        answer(
            "401 Unauthorized",
            extra='WWW-Authenticate: Digest realm="carrier", nonce="f84f1cec41e6cbe5aea9c8e88d359", algorithm=MD5, qop="auth"\n',
        ),
        hear_proof("REGISTER", "1"),
        answer("200 OK", extra="[last_Contact:];expires=60\n"),
        hear_request("REGISTER", actions=expect("0", "Expires:")),
        answer("200 OK"),
    ),
    "is_referred": script(
        "is_referred",
        hear_request("INVITE", actions=REMEMBER).replace("<recv ", '<recv rrs="true" '),
        answer("200 OK", body=sdp()),
        ACKED,
        hear_request("REFER", actions=expect("tel:4009", "Refer-To:")),
        answer("202 Accepted").replace(f";{TAG}", ""),
        *(
            step
            for number, words, state in (
                (1, "SIP/2.0 100 Trying", "active;expires=60"),
                (2, "SIP/2.0 200 OK", "terminated;reason=noresource"),
            )
            for step in (
                tell(
                    "NOTIFY",
                    number,
                    extra=f"Event: refer\nSubscription-State: {state}\nContent-Type: message/sipfrag;version=2.0\n",
                    body=f"{words}\n",
                ),
                hear(200),
            )
        ),
        *OVER,
    ),
    "wants_longer_sessions": script(
        "wants_longer_sessions",
        INVITED,
        answer("422 Session Interval Too Small", extra="Min-SE: 3600\n"),
        ACKED,
        hear_request("INVITE", actions=expect("3600", "Min-SE:")),
        answer(
            "200 OK",
            extra="Allow: INVITE, ACK, BYE, CANCEL, UPDATE\nRequire: timer\nSession-Expires: 3600;refresher=uac\n",
            body=sdp(),
        ),
        ACKED,
        hear_request("UPDATE", actions=expect("3600;refresher=uac", "Session-Expires:", "again")),
        answer("200 OK", extra="Require: timer\nSession-Expires: 3600;refresher=uac\n").replace(f";{TAG}", ""),
        *OVER,
    ),
    "has_early_media": script(
        "has_early_media",
        hear_request("INVITE", actions=VIA),
        answer("183 Session Progress", extra="Require: 100rel\nRSeq: 7\n", body=sdp()),
        hear_request("PRACK", actions=expect("7 1 INVITE", "RAck:")),
        answer("200 OK").replace(f";{TAG}", ""),
        answer("200 OK", cseq="CSeq: 1 INVITE").replace("[last_Via:]", "Via: [$via]"),
        ACKED,
        *OVER,
    ),
}  # fmt: skip
