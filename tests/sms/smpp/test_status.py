"""Status codes by name."""

from commands.logs import masked
from sms.smpp.status import name_of


def test_a_status_has_a_name() -> None:
    assert name_of(0x58) == "ESME_RTHROTTLED (0x58)"
    assert name_of(0x500) == "0x0500"


def test_no_log_takes_a_vendors_status_for_a_number() -> None:
    assert [masked(name_of(code)) for code in (0x400, 0x4FF)] == ["0x0400", "0x04FF"]
