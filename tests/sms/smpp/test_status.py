"""Status codes by name."""

from sms.smpp.status import name_of


def test_a_status_has_a_name() -> None:
    assert name_of(0x58) == "ESME_RTHROTTLED (0x58)"
    assert name_of(0x500) == "0x00000500"
