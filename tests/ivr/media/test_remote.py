import pytest

from ivr.media.remote import NO_IP6, read_remote


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:DB8:0::7", "2001:db8::7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
    ],
)
def test_an_address_is_told_as_it_was_read(host, told):
    remote = read_remote(host, 4_000)
    assert (remote.host, remote.port) == (told, 4_000)
    assert (remote.ip == 0) == (remote.ip6 != NO_IP6)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (("192.0.2", 4_000), "does not appear to be"),
        (("shop.example", 4_000), "does not appear to be"),
        (("::", 4_000), "nothing can be sent"),
        (("192.0.2.7", 0), "no port"),
    ],
)
def test_what_nothing_can_be_sent_to_is_refused(wrong, told):
    with pytest.raises(ValueError, match=told):
        read_remote(*wrong)
