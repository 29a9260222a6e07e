import pytest
import trustme
from pydantic import SecretStr, ValidationError

from commands.serving.sip_tls import client_tls
from commands.settings.voice import TrunkSection, VoiceSection
from ivr.sip.flow import Flow
from ivr.sip.trunk import Trunks


def test_a_trunk_is_read_with_its_peer():
    trunk = TrunkSection(
        name="unicom",
        networks=["192.0.2.0/24"],
        digest="MD5",
        peer="[2001:db8::1]:5061",
        peer_transport="tls",
        peer_username="shop",
        peer_password=SecretStr("noodles"),
        registers=True,
        options_every_s=30.0,
    )
    (made,) = VoiceSection(trunk=[trunk], outside=["+8610*"]).trunks()
    assert made.peer == Flow("tls", "2001:db8::1", 5061)
    assert made.peer_secret.username == "shop"
    assert made.algorithms == ("MD5",)
    assert made.register
    assert made.allowed.holds("+861065391234")


@pytest.mark.parametrize("dialled", ["4008001234", "+864008001234", "0086 400 800 1234"])
def test_a_trunk_brings_its_numbers_however_it_writes_them(dialled):
    trunk = TrunkSection(name="unicom", networks=["192.0.2.0/24"], numbers=["+86400800*"])
    made = Trunks(VoiceSection(trunk=[trunk]).trunks())
    assert made.takes(made.all, dialled) is made.all[0]
    assert made.takes(made.all, "4009001234") == 404


def test_a_beginning_that_may_bear_a_country_code_or_not_is_asked_about():
    with pytest.raises(ValidationError, match=r"write \+86138\*, or 138\*"):
        VoiceSection(outside=["86138*"])


def test_a_trunk_may_have_several_peers_and_names_that_are_looked_up():
    trunk = TrunkSection(
        name="unicom",
        networks=["192.0.2.0/24"],
        peer="sip.example.net",
        spare_peers=["192.0.2.8:5070"],
        peer_transport="any",
    )
    (made,) = VoiceSection(trunk=[trunk]).trunks()
    assert made.peers == (Flow("any", "sip.example.net", 0), Flow("any", "192.0.2.8", 5070))


@pytest.mark.parametrize(
    ("written", "dialled"),
    [("as kept", "01062345678"), ("+86138...", "+861062345678"), ("86138...", "861062345678")],
)
def test_a_trunk_is_dialled_as_it_wants_to_be(written, dialled):
    trunk = TrunkSection(name="unicom", networks=["192.0.2.0/24"], numbers_written=written)
    (made,) = VoiceSection(trunk=[trunk]).trunks()
    assert made.write("01062345678") == dialled


def test_a_trunk_may_prove_itself_by_an_authority_of_its_own(tmp_path):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    known = client_tls(VoiceSection()).cert_store_stats()["x509_ca"]
    section = VoiceSection(tls_authorities=tmp_path / "authority.pem")
    assert client_tls(section).cert_store_stats()["x509_ca"] == known + 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"peer": "sip:example.net"}, "HOST:PORT"),
        ({"peer": "192.0.2.7:70000"}, "65535"),
        ({"spare_peers": ["192.0.2.8:5060"]}, "write the first of them there"),
        ({"registers": True}, "peer_username"),
        ({"networks": ["x"]}, "is no network"),
        ({"peer": "sbc..example.net:5060"}, "a host has no spaces"),
    ],
)
def test_a_trunk_that_cannot_work_says_what_to_write(changes, told):
    with pytest.raises(ValidationError, match=told):
        TrunkSection(**{"name": "unicom", "networks": ["192.0.2.0/24"], **changes})


def test_tls_needs_a_certificate():
    with pytest.raises(ValidationError, match="tls_certificate"):
        VoiceSection(tls_port=5061)
