"""command_status: what a response says of its request. SMPP 3.4, section 5.1.3."""

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """ESME_R... codes; the name is the specification's without its prefix. Vendors' others stay plain integers."""

    OK = 0x00
    INVMSGLEN = 0x01
    INVCMDLEN = 0x02
    INVCMDID = 0x03
    INVBNDSTS = 0x04
    ALYBND = 0x05
    INVPRTFLG = 0x06
    INVREGDLVFLG = 0x07
    SYSERR = 0x08
    INVSRCADR = 0x0A
    INVDSTADR = 0x0B
    INVMSGID = 0x0C
    BINDFAIL = 0x0D
    INVPASWD = 0x0E
    INVSYSID = 0x0F
    CANCELFAIL = 0x11
    REPLACEFAIL = 0x13
    MSGQFUL = 0x14
    INVSERTYP = 0x15
    INVNUMDESTS = 0x33
    INVDLNAME = 0x34
    INVDESTFLAG = 0x40
    INVSUBREP = 0x42
    INVESMCLASS = 0x43
    CNTSUBDL = 0x44
    SUBMITFAIL = 0x45
    INVSRCTON = 0x48
    INVSRCNPI = 0x49
    INVDSTTON = 0x50
    INVDSTNPI = 0x51
    INVSYSTYP = 0x53
    INVREPFLAG = 0x54
    INVNUMMSGS = 0x55
    THROTTLED = 0x58
    INVSCHED = 0x61
    INVEXPIRY = 0x62
    INVDFTMSGID = 0x63
    X_T_APPN = 0x64
    X_P_APPN = 0x65
    X_R_APPN = 0x66
    QUERYFAIL = 0x67
    INVOPTPARSTREAM = 0xC0
    OPTPARNOTALLWD = 0xC1
    INVPARLEN = 0xC2
    MISSINGOPTPARAM = 0xC3
    INVOPTPARAMVAL = 0xC4
    DELIVERYFAILURE = 0xFE
    UNKNOWNERR = 0xFF


THROTTLING = frozenset({Status.THROTTLED, Status.MSGQFUL})
"""The other side asks for a slower rate; the same message goes again later."""

TEMPORARY = THROTTLING | {Status.SYSERR, Status.X_T_APPN, Status.DELIVERYFAILURE}
"""Worth another try."""


def name_of(code: int) -> str:
    """`ESME_RTHROTTLED (0x58)`, or the bare number of a vendor's code (0x0400 to 0x04FF), no longer than it must be: logs mask runs of digits."""
    try:
        return f"ESME_R{Status(code).name} (0x{code:02X})"
    except ValueError:
        return f"0x{code:04X}"
