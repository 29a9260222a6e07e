"""The 49 messages of RFC 4475, made anew from what it says of each: same names, same trouble, and what we do with them.

`accept` means that the message is read to its last header and goes on to be acted upon (which may refuse it for what
it asks, as `then` tells); a number is the status it is refused with for what it is; `drop` is for responses.
"""

from __future__ import annotations

from dataclasses import dataclass

SDP = (
    b"v=0\r\no=mira 29739 7272939 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
    b"m=audio 49217 RTP/AVP 0 12\r\nm=video 3227 RTP/AVP 31\r\na=rtpmap:31 LPC\r\n"
)


@dataclass(frozen=True)
class Torture:
    """One message."""

    section: str
    data: bytes
    verdict: str | int
    then: int | None = None
    "The final status that a stack of ours gives to a request that was accepted; None where it rings or nothing goes back."


def text(lines: str, body: bytes = b"") -> bytes:
    return lines.replace("\n", "\r\n").encode("utf-8", "surrogateescape") + b"\r\n" + body


def plain(
    method="OPTIONS", uri="sip:user@example.com", *, name, cseq=None, to=None, extra="", drop=()
):
    """A request without fault, to be changed in one place."""
    lines = {
        "Via": "SIP/2.0/UDP t1.example.org;rport;branch=z9hG4bK" + name,
        "Max-Forwards": "70",
        "From": "<sip:caller@example.org>;tag=t" + name,
        "To": to or "<sip:user@example.com>",
        "Call-ID": name + ".tortures@example.org",
        "CSeq": cseq or f"8 {method}",
        "Contact": "<sip:caller@host5.example.net>",
    }
    head = "".join(f"{k}: {v}\n" for k, v in lines.items() if k not in drop)
    return f"{method} {uri} SIP/2.0\n{head}{extra}"


def with_session(lines: str, body: bytes = SDP) -> bytes:
    return text(f"{lines}Content-Type: application/sdp\nContent-Length: {len(body)}\n", body)


def empty(lines: str) -> bytes:
    return text(lines + "l: 0\n")


ODD = "!interesting-Method0123456789_*+`.%indeed'~"
ODD_USER = "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"

WSINV = with_session(
    "INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0\n"
    "TO :\n sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n\n"
    'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>\n  ;\n  tag = 98asjd8\n'
    "MaX-fOrWaRdS: 0068\n"
    "Call-ID: wsinv.ndaksdj@192.0.2.1\n"
    "cseq: 0009\n  INVITE\n"
    "Via  : SIP  /   2.0\n /UDP\n    192.0.2.2;branch=390skdjuw\n"
    "s :\n"
    "NewFangledHeader:   newfangled value\n continued newfangled value\n"
    "UnknownHeaderWithUnusualValue: ;;,,;;,;\n"
    "Route:\n <sip:services.example.com;lr;unknownwith=value;unknown-no-value>\n"
    "v:  SIP  / 2.0  / TCP     spindle.example.com   ;\n  branch  =   z9hG4bK9ikj8  ,\n"
    " SIP  /    2.0   / UDP  192.168.255.111   ; branch=\n z9hG4bK30239\n"
    'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =\n      newvalue ;\n  secondparam ; q = 0.33\n'
)

INTMETH = empty(
    f"{ODD} sip:{ODD_USER}:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0\n"
    "Via: SIP/2.0/UDP host1.example.com;rport;branch=z9hG4bK-.!%66*_+`'~\n"
    f'To: "BEL:\\\x07 NUL:\\\x00 DEL:\\\x7f" <sip:{ODD_USER}@example.com>\n'
    "From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>"
    ";fromParam''~+*_!.-%=\"работающий\";tag=_token~1'+`*%!-.\n"
    "Call-ID: intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{\n"
    f"CSeq: 139122385 {ODD}\n"
    "Max-Forwards: 255\n"
    "extensionHeader-!.%*+_`'~:\ufeff大停電\n"
)

ESC01 = with_session(
    "INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0\n"
    "To: sip:%75se%72@example.com\n"
    "From: <sip:I%20have%20spaces@example.net>;tag=938\n"
    "Max-Forwards: 87\n"
    "i: esc01.239409asdfakjkn23onasd0-3234\n"
    "CSeq: 234234 INVITE\n"
    "Via: SIP/2.0/UDP host5.example.net;rport;branch=z9hG4bKkdjuw\n"
    "Contact:\n  <sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31>\n"
)

ESCNULL = empty(
    plain(
        "REGISTER",
        "sip:example.com",
        name="escnull",
        to="sip:null-%00-null@example.com",
        extra="Contact: <sip:%00@host5.example.com>\nContact: <sip:%00%00@host5.example.com>\n",
        drop=("Contact",),
    )
)

ESC02 = empty(
    "RE%47IST%45R sip:registrar.example.com SIP/2.0\n"
    'To: "%Z%45" <sip:resource@example.com>\n'
    'From: "%Z%45" <sip:resource@example.com>;tag=f232jadfj23\n'
    "Call-ID: esc02.asdfnqwo34rq23i34jrjasdcnl23nrlknsdf\n"
    "Via: SIP/2.0/TCP host.example.com;rport;branch=z9hG4bK209%fzsnel234\n"
    "CSeq: 29344 RE%47IST%45R\n"
    "Max-Forwards: 70\n"
    "Contact: <sip:alias1@host1.example.com>\n"
    "C%6Fntact: <sip:alias2@host2.example.com>\n"
    "Contact: <sip:alias3@host3.example.com>\n"
)

LWSDISP = empty(
    "OPTIONS sip:user@example.com SIP/2.0\n"
    "To: sip:user@example.com\n"
    "From: caller<sip:caller@example.com>;tag=323\n"
    "Max-Forwards: 70\n"
    "Call-ID: lwsdisp.1234abcd@funky.example.com\n"
    "CSeq: 60 OPTIONS\n"
    "Via: SIP/2.0/UDP funky.example.com;rport;branch=z9hG4bKkdjuw\n"
)

LONG = "longvalue" * 30
LONGREQ = with_session(
    "INVITE sip:user@example.com SIP/2.0\n"
    f'To: "I have a user name of {LONG} proportions" <sip:user@example.com:6000;unknownparam1=very{LONG}'
    f";longparam{LONG}name=shortvalue;very{LONG}ParameterNameWithNoValue>\n"
    "F: sip:amazinglylongcallername"
    + "x"
    * 200
    + f"@example.net;tag=12{'982' * 50}424;unknownheaderparam{LONG}name=value"
    ";unknownValueless" + "paramname" * 12 + "\n"
    f"Call-ID: longreq.one{'really' * 20}longcallid\n"
    "CSeq: 3882340 INVITE\n"
    f"Unknown-{'Long' * 20}-Name: unknown-{LONG}-value; unknown-{LONG}-parameter-name = unknown-{LONG}-parameter-value\n"
    "Via: SIP/2.0/UDP sip33.example.com;rport;branch=z9hG4bKlongreq\n"
    + "".join(f"v: SIP/2.0/TCP sip{n}.example.com;branch=z9hG4bK-{n}\n" for n in range(33, 0, -1))
    + "Max-Forwards: 70\n"
    f"Contact: <sip:amazinglylongcallername{LONG}@host5.example.net>\n"
)

DBLREQ = empty(plain("REGISTER", "sip:example.com", name="dblreq")) + with_session(
    plain("INVITE", "sip:joe@example.com", name="dblreqsecond")
)

SEMIURI = empty(
    plain(
        "OPTIONS",
        "sip:user;par=u%40example.net@example.com",
        name="semiuri",
        to="sip:j_user@example.com",
    )
)

TRANSPORTS = empty(
    "OPTIONS sip:user@example.com SIP/2.0\n"
    "To: sip:user@example.com\n"
    "From: <sip:caller@example.com>;tag=323\n"
    "Max-Forwards: 70\n"
    "Call-ID: transports.kijh4akdnaqjkwendsasfdj\n"
    "Accept: application/sdp\n"
    "CSeq: 60 OPTIONS\n"
    "Via: SIP/2.0/UDP t1.example.com;rport;branch=z9hG4bKkdjuw\n"
    "Via: SIP/2.0/SCTP t2.example.com;branch=z9hG4bKklasjdhf\n"
    "Via: SIP/2.0/TLS t3.example.com;branch=z9hG4bK2980unddj\n"
    "Via: SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bKasd0f3en\n"
    "Via: SIP/2.0/TCP t5.example.com;branch=z9hG4bK0a9idfnee\n"
)

_MULTIPART = (
    b"--7a9cbec02ceef655\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: binary\r\n\r\nHello\r\n"
    b"--7a9cbec02ceef655\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n"
    b"\x30\x82\x01\x52\x06\x09\x00\r\n\r\n\xff\xfe\r\n--7a9cbec02ceef655--\r\n"
)
MPART01 = text(
    plain("MESSAGE", "sip:kumiko@example.org", name="mpart01")
    + "Content-Type: multipart/mixed;boundary=7a9cbec02ceef655\n"
    f"Content-Length: {len(_MULTIPART)}\n",
    _MULTIPART,
)


def response(status: str, *, name: str, extra: str = "", via: str = "192.0.2.198") -> bytes:
    return empty(
        f"SIP/2.0 {status}\n"
        f"Via: SIP/2.0/UDP {via};branch=z9hG4bK{name}\n"
        f"Call-ID: {name}.asdf@example.org\n"
        "CSeq: 35 INVITE\n"
        "From: sip:user@example.com;tag=11141343\n"
        "To: sip:user@example.edu;tag=2229\n"
        "Contact: <sip:user@host198.example.com>\n" + extra
    )


TORTURE: dict[str, Torture] = {
    # 3.1.1: valid messages.
    "wsinv": Torture("3.1.1.1", WSINV, "accept", 481),
    "intmeth": Torture("3.1.1.2", INTMETH, "accept", 501),
    "esc01": Torture("3.1.1.3", ESC01, "accept"),
    "escnull": Torture("3.1.1.4", ESCNULL, "accept", 405),
    "esc02": Torture("3.1.1.5", ESC02, "accept", 501),
    "lwsdisp": Torture("3.1.1.6", LWSDISP, "accept", 200),
    "longreq": Torture("3.1.1.7", LONGREQ, "accept"),
    "dblreq": Torture("3.1.1.8", DBLREQ, "accept", 405),
    "semiuri": Torture("3.1.1.9", SEMIURI, "accept", 200),
    "transports": Torture("3.1.1.10", TRANSPORTS, "accept", 200),
    "mpart01": Torture("3.1.1.11", MPART01, "accept", 405),
    "unreason": Torture(
        "3.1.1.12",
        response("200 = 2**3 * 5**2 но сто девяносто девять - простое", name="unreason"),
        "accept",
    ),
    "noreason": Torture("3.1.1.13", response("100 ", name="noreason"), "accept"),
    # 3.1.2: invalid messages.
    "badinv01": Torture(
        "3.1.2.1",
        with_session(
            plain(
                "INVITE",
                name="badinv01",
                drop=("Via", "Contact"),
                extra="Via: SIP/2.0/UDP 192.0.2.15;;,;,,\n"
                'Contact: "Joe" <sip:joe@example.org>;;;;\n',
            )
        ),
        400,
    ),
    "clerr": Torture(
        "3.1.2.2",
        text(
            plain("INVITE", name="clerr") + "Content-Type: application/sdp\nContent-Length: 9999\n",
            SDP,
        ),
        400,
    ),
    "ncl": Torture(
        "3.1.2.3",
        text(
            plain("INVITE", name="ncl") + "Content-Type: application/sdp\nContent-Length: -999\n",
            SDP,
        ),
        400,
    ),
    "scalar02": Torture(
        "3.1.2.4",
        empty(
            plain(
                "REGISTER",
                "sip:example.com",
                name="scalar02",
                cseq="36893488147419103232 REGISTER",
                drop=("Max-Forwards", "Contact"),
                extra="Max-Forwards: 300\nExpires: 1" + "0" * 120 + "\n"
                "Contact: <sip:user@host129.example.com>;expires=280297596632815\n",
            )
        ),
        400,
    ),
    "scalarlg": Torture(
        "3.1.2.5",
        response(
            "503 Service Unavailable",
            name="scalarlg",
            extra='Retry-After: 949302838503028349304023988\nWarning: 1812 overture "In Progress"\n',
        ).replace(b"CSeq: 35 ", b"CSeq: 9292394834772304023312 "),
        "drop",
    ),
    "quotbal": Torture(
        "3.1.2.6",
        with_session(plain("INVITE", name="quotbal", to='"Mr. J. User <sip:j.user@example.com>')),
        400,
    ),
    "ltgtruri": Torture(
        "3.1.2.7", with_session(plain("INVITE", "<sip:user@example.com>", name="ltgtruri")), 400
    ),
    "lwsruri": Torture(
        "3.1.2.8",
        with_session(plain("INVITE", "sip:user@example.com; lr", name="lwsruri")),
        400,
    ),
    "lwsstart": Torture(
        "3.1.2.9",
        with_session(plain("INVITE", name="lwsstart").replace("INVITE sip", "INVITE  sip", 1)),
        400,
    ),
    "trws": Torture(
        "3.1.2.10", empty(plain(name="trws").replace("SIP/2.0\n", "SIP/2.0  \n", 1)), 400
    ),
    "escruri": Torture(
        "3.1.2.11",
        with_session(
            plain("INVITE", "sip:user@example.com?Route=%3Csip:example.com%3E", name="escruri")
        ),
        400,
    ),
    "baddate": Torture(
        "3.1.2.12",
        with_session(
            plain("INVITE", name="baddate", extra="Date: Fri, 01 Jan 2010 16:00:00 EST\n")
        ),
        400,
    ),
    "regbadct": Torture(
        "3.1.2.13",
        empty(
            plain(
                "REGISTER",
                "sip:example.com",
                name="regbadct",
                drop=("Contact",),
                extra="Contact: sip:user@example.com?Route=%3Csip:sip.example.com%3E\n",
            )
        ),
        400,
    ),
    "badaspec": Torture(
        "3.1.2.14",
        empty(plain(name="badaspec", to='"Watson, Thomas" < sip:t.watson@example.org >')),
        400,
    ),
    "baddn": Torture(
        "3.1.2.15",
        empty(plain(name="baddn", to="Watson, Thomas <sip:t.watson@example.org>")),
        400,
    ),
    "badvers": Torture(
        "3.1.2.16", empty(plain(name="badvers").replace("SIP/2.0\n", "SIP/7.0\n", 1)), 505
    ),
    "mismatch01": Torture("3.1.2.17", empty(plain(name="mismatch01", cseq="8 INVITE")), 400),
    "mismatch02": Torture(
        "3.1.2.18", with_session(plain("NEWMETHOD", name="mismatch02", cseq="8 INVITE")), 400
    ),
    "bigcode": Torture("3.1.2.19", response("4294967301 better not break", name="bigcode"), "drop"),
    # 3.2: the transaction layer.
    "badbranch": Torture(
        "3.2.1",
        empty(
            plain(
                name="badbranch",
                drop=("Via",),
                extra="Via: SIP/2.0/UDP 192.0.2.1;rport;branch=z9hG4bK\n",
            )
        ),
        "accept",
        200,
    ),
    # 3.3: the application.
    "insuf": Torture(
        "3.3.1", with_session(plain("INVITE", name="insuf", drop=("Call-ID", "From", "To"))), 400
    ),
    "unkscm": Torture(
        "3.3.2",
        empty(plain("OPTIONS", "nobodyKnowsThisScheme:totallyopaquecontent", name="unkscm")),
        "accept",
        416,
    ),
    "novelsc": Torture(
        "3.3.3",
        empty(plain("OPTIONS", "soap.beep://192.0.2.103:3002", name="novelsc")),
        "accept",
        416,
    ),
    "unksm2": Torture(
        "3.3.4",
        empty(
            plain(
                "REGISTER",
                "sip:example.com",
                name="unksm2",
                to="isbn:2983792873",
                drop=("From",),
                extra="From: <http://www.example.com>;tag=3234233\n",
            )
        ),
        "accept",
        405,
    ),
    "bext01": Torture(
        "3.3.5",
        empty(
            plain(
                name="bext01",
                extra="Proxy-Require: noProxiesSupportThis, norDoAnyProxiesSupportThis\n"
                "Require: nothingSupportsThis, nothingSupportsThisEither\n",
            )
        ),
        "accept",
        420,
    ),
    "invut": Torture(
        "3.3.6",
        text(
            plain("INVITE", name="invut")
            + "Content-Type: application/unknownformat\nContent-Length: 6\n",
            b"<audio",
        ),
        "accept",
        415,
    ),
    "regaut01": Torture(
        "3.3.7",
        empty(
            plain(
                "REGISTER",
                "sip:example.com",
                name="regaut01",
                extra="Authorization: NoOneKnowsThisScheme opaque-data=here\n",
            )
        ),
        "accept",
        405,
    ),
    "multi01": Torture(
        "3.3.8",
        with_session(
            plain(
                "INVITE",
                name="multi01",
                extra="CSeq: 59 INVITE\nCall-ID: multi01.second\nMax-Forwards: 5\n"
                "From: sip:other@example.com;tag=2\nTo: sip:another@example.com\n",
            )
        ),
        400,
    ),
    "mcl01": Torture(
        "3.3.9",
        text(plain(name="mcl01") + "Content-Length: 13\nContent-Length: 5\n", b"There's no way"),
        400,
    ),
    "bcast": Torture("3.3.10", response("200 OK", name="bcast", via="255.255.255.255"), "accept"),
    "zeromf": Torture(
        "3.3.11",
        empty(plain(name="zeromf", drop=("Max-Forwards",), extra="Max-Forwards: 0\n")),
        "accept",
        200,
    ),
    "cparam01": Torture(
        "3.3.12",
        empty(
            plain(
                "REGISTER",
                "sip:example.com",
                name="cparam01",
                drop=("Contact",),
                extra="Contact: sip:+19725552222@gw1.example.net;unknownparam\n",
            )
        ),
        "accept",
        405,
    ),
    "cparam02": Torture(
        "3.3.13",
        empty(
            plain(
                "REGISTER",
                "sip:example.com",
                name="cparam02",
                drop=("Contact",),
                extra="Contact: <sip:+19725552222@gw1.example.net;unknownparam>\n",
            )
        ),
        "accept",
        405,
    ),
    "regescrt": Torture(
        "3.3.14",
        empty(
            plain(
                "REGISTER",
                "sip:example.com",
                name="regescrt",
                drop=("Contact",),
                extra="Contact: <sip:user@example.com?Route=%3Csip:sip.example.com%3E>\n",
            )
        ),
        "accept",
        405,
    ),
    "sdp01": Torture(
        "3.3.15",
        with_session(plain("INVITE", name="sdp01", extra="Accept: text/nobodyKnowsThis\n")),
        "accept",
        406,
    ),
    # 3.4: backward compatibility.
    "inv2543": Torture(
        "3.4.1",
        with_session(
            "INVITE sip:UserB@example.com SIP/2.0\n"
            "Via: SIP/2.0/UDP iftgw.example.com\n"
            "From: <sip:+13035551111@ift.client.example.net;user=phone>\n"
            "Record-Route: <sip:UserB@example.com;maddr=ss1.example.com>\n"
            "To: sip:+16505552222@ss1.example.net;user=phone\n"
            "Call-ID: inv2543.1717@ift.client.example.com\n"
            "CSeq: 56 INVITE\n"
            "Contact: <sip:+13035551111@iftgw.example.com>\n"
        ),
        "accept",
    ),
}
