import pytest

from ivr.sip.auth import Auth
from ivr.sip.digest import NONCE_S, Guard, Secret, choose, credentials, response_of

SECRET = Secret("Mufasa", "Circle of Life")
# RFC 7616, section 3.9.1.
EXAMPLE = (
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={}, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)
HOST = "192.0.2.7"
CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
URI = "/dir/index.html"


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_examples_of_rfc_7616(algorithm, response):
    challenge = Auth.parse(EXAMPLE.format(algorithm))
    value = credentials(challenge, SECRET, "GET", URI, 1, CNONCE)
    assert Auth.parse(value).get("response") == response


def test_an_old_challenge_without_qop_is_answered():
    challenge = Auth.parse('Digest realm="r", nonce="n"')
    auth = Auth.parse(credentials(challenge, SECRET, "INVITE", "sip:a@b", 1, CNONCE))
    assert auth.get("qop") == ""
    assert auth.get("response") == response_of(auth, SECRET, "r", "INVITE", "MD5")


def test_the_strongest_challenge_is_chosen():
    found = choose(
        [EXAMPLE.format("MD5"), EXAMPLE.format("SHA-256"), 'Digest nonce="x", algorithm=NEW']
    )
    assert found.get("algorithm") == "SHA-256"
    assert choose(['Basic realm="x"', 'Digest realm="r", nonce="n", qop="auth-int"']) is None


def proven(guard, now, *, secret=SECRET, count=1, which=0):
    challenge = Auth.parse(guard.challenges(HOST, now)[which])
    return Auth.parse(credentials(challenge, secret, "INVITE", "sip:4001@shop", count, CNONCE))


@pytest.mark.parametrize("which", [0, 1])
def test_right_credentials_are_good_once(which):
    guard = Guard("dialcart", b"key")
    auth = proven(guard, 100.0, which=which)
    assert guard.verdict(auth, SECRET, "INVITE", HOST, 101.0) == "good"
    assert guard.verdict(auth, SECRET, "INVITE", HOST, 101.0) == "stale"
    again = proven(guard, 100.0, count=2, which=which)
    assert guard.verdict(again, SECRET, "INVITE", HOST, 102.0) == "good"


def test_wrong_ones_are_bad():
    guard = Guard("dialcart", b"key")
    assert (
        guard.verdict(proven(guard, 1.0, secret=Secret("Mufasa", "x")), SECRET, "INVITE", HOST, 1.0)
        == "bad"
    )
    assert guard.verdict(proven(guard, 1.0), SECRET, "BYE", HOST, 1.0) == "bad"
    basic = Auth("Basic", dict(proven(guard, 1.0).parameters))
    assert guard.verdict(basic, SECRET, "INVITE", HOST, 1.0) == "bad"


def test_a_nonce_grows_old_and_one_of_another_is_never_taken():
    guard = Guard("dialcart", b"key")
    auth = proven(guard, 100.0)
    assert guard.verdict(auth, SECRET, "INVITE", HOST, 100.0 + NONCE_S + 1) == "stale"
    assert guard.verdict(auth, SECRET, "INVITE", "192.0.2.8", 100.0) == "stale", (
        "of another address"
    )
    assert guard.verdict(auth, SECRET, "INVITE", HOST, 100.0 + NONCE_S) == "good"
    other = proven(Guard("dialcart", b"other"), 100.0)
    assert guard.verdict(other, SECRET, "INVITE", HOST, 100.0) == "stale"


def test_a_wrong_password_counts_only_by_a_nonce_that_was_told() -> None:
    guard, guess = Guard("dialcart", b"key"), Secret("Mufasa", "x")
    made_up = proven(Guard("dialcart", b"other"), 1.0, secret=guess)
    assert guard.verdict(made_up, SECRET, "INVITE", HOST, 1.0) == "stale"
    assert guard.verdict(Auth.parse("Basic x=y"), SECRET, "INVITE", HOST, 1.0) == "stale"
    assert guard.verdict(proven(guard, 1.0, secret=guess), SECRET, "INVITE", HOST, 1.0) == "bad"


def test_two_calls_that_are_challenged_in_one_moment_are_both_taken():
    guard = Guard("dialcart", b"key")
    first, second = (proven(guard, 1.0), proven(guard, 1.0))
    assert guard.verdict(first, SECRET, "INVITE", HOST, 1.0) == "good"
    assert guard.verdict(second, SECRET, "INVITE", HOST, 1.0) == "good"


def test_credentials_are_not_taken_again_once_it_is_forgotten_that_they_were_used(
    monkeypatch,
):
    monkeypatch.setattr("ivr.sip.digest.NONCES_USED_MAX", 20)
    guard = Guard("dialcart", b"key")
    used, unused = proven(guard, 1.0), proven(guard, 2.0)
    assert guard.verdict(used, SECRET, "INVITE", HOST, 1.0) == "good"
    for _ in range(20):
        guard.verdict(proven(guard, 3.0), SECRET, "INVITE", HOST, 3.0)
    assert guard.verdict(used, SECRET, "INVITE", HOST, 3.0) == "stale"
    assert guard.verdict(unused, SECRET, "INVITE", HOST, 3.0) == "good"
