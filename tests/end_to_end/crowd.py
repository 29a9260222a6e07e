"""Many callers at once from one SIPp: each lives the same call, or is refused, and says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.end_to_end.sipp import Caller

_SCENARIO = """<?xml version="1.0" encoding="UTF-8"?>
<scenario name="crowd">
<send retrans="500"><![CDATA[
INVITE sip:{dialled}@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:[field0]@[local_ip]:[local_port]>;tag=[pid]SIPpTag00[call_number]
To: <sip:{dialled}@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:[field0]@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

v=0
o=caller 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [auto_media_port] RTP/AVP {codec} 101
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
]]></send>
<recv response="100" optional="true"/>
<recv response="180" optional="true"/>
<recv response="503" optional="true" next="full">{retry_after}</recv>
<recv response="486" optional="true" next="busy">{retry_after}</recv>
<recv response="200"/>
{ack}
{log_answered}
{steps}
{end}
{log_done}
<nop next="over"/>
<label id="full"/>
{ack_of_refusal}
{log_full}
<nop next="over"/>
<label id="busy"/>
{ack_of_refusal}
{log_busy}
<label id="over"/>
<nop/>
</scenario>
"""
_ACK = """<send><![CDATA[
ACK sip:{dialled}@[remote_ip]:[remote_port] SIP/2.0
{via}
From: <sip:[field0]@[local_ip]:[local_port]>;tag=[pid]SIPpTag00[call_number]
[last_To:]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]></send>"""
_NEW_VIA = "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]"
_SAME_VIA = "[last_Via:]"
"""A refusal is acknowledged in the INVITE's own transaction: RFC 3261, section 17.1.1.3."""
_THEY_HANG_UP = """<recv request="BYE" timeout="{wait_ms}"/>
<send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>"""
_WE_HANG_UP = """<send retrans="500"><![CDATA[
BYE sip:{dialled}@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:[field0]@[local_ip]:[local_port]>;tag=[pid]SIPpTag00[call_number]
[last_To:]
Call-ID: [call_id]
CSeq: 2 BYE
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv response="200"/>"""
_RETRY_AFTER = (
    '<action><ereg regexp="[0-9]+" search_in="hdr" header="Retry-After:" check_it="true"'
    ' assign_to="1"/></action>'
)
_LOG = '<nop><action><log message="{what}"/></action></nop>'


@dataclass(frozen=True, slots=True)
class Met:
    """What callers met, each by its number."""

    answered: dict[str, float]
    """And when, in Unix seconds."""
    done: frozenset[str]
    """Lived their call to its end."""
    refused: dict[str, tuple[int, int]]
    """With which status, and after how many seconds they may try again."""
    trouble: str
    """What SIPp said if anybody met something else; empty if nobody did."""


class Crowd(Caller):
    """Callers who all do the same steps."""

    def calls(
        self,
        port: int,
        dialled: str,
        numbers: Sequence[str],
        *,
        rate_s: float,
        hang_up: bool = False,
        wait_ms: int = 20_000,
    ) -> Met:
        """Call from each of these numbers, so many a second, and wait until the last call is over."""
        fields = {"dialled": dialled, "wait_ms": wait_ms}
        (self._folder / "crowd.xml").write_text(
            _SCENARIO.format(
                **fields,
                codec=self._codec,
                retry_after=_RETRY_AFTER,
                ack=_ACK.format(via=_NEW_VIA, **fields),
                ack_of_refusal=_ACK.format(via=_SAME_VIA, **fields),
                steps="\n".join(self._steps),
                end=(_WE_HANG_UP if hang_up else _THEY_HANG_UP).format(**fields),
                log_answered=_LOG.format(what="answered [field0] [timestamp]"),
                log_done=_LOG.format(what="done [field0]"),
                log_full=_LOG.format(what="refused [field0] 503 [$1]"),
                log_busy=_LOG.format(what="refused [field0] 486 [$1]"),
            )
        )
        listed = "".join(f"{number};\n" for number in numbers)
        (self._folder / "numbers.csv").write_text(f"SEQUENTIAL\n{listed}")
        done = self._sipp(
            "crowd.xml", "-inf", "numbers.csv", "-m", str(len(numbers)), "-l", str(len(numbers)),
            "-r", str(round(100 * rate_s)), "-rp", "100000", "-trace_logs", "-log_file", "met.log",
            f"127.0.0.1:{port}",
        )  # fmt: skip
        trouble = "" if done.returncode == 0 else done.stdout[-2_000:] + done.stderr[-1_000:]
        return _met((self._folder / "met.log").read_text(), trouble)


def _met(log: str, trouble: str) -> Met:
    answered, done, refused = {}, set(), {}
    for line in log.splitlines():
        match line.split():
            case ["answered", number, *_, at_s]:
                answered[number] = float(at_s)
            case ["done", number]:
                done.add(number)
            case ["refused", number, status, retry_after_s]:
                refused[number] = (int(status), int(retry_after_s))
    return Met(answered, frozenset(done), refused, trouble)
