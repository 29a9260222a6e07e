"""A settings file gives settings, or tells line by line what to write instead."""

from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.settings.lines import lines_of
from commands.settings.reading import FILE_BYTES_MAX, PROBLEMS_MAX, Problem, read_settings
from commands.settings.schema import Config
from sms.carrier import Carrier
from sms.smpp.timers import Timers

SECRETS = {"DIALCART_CARRIER_UNICOM_PASSWORD": "geheim"}
WHOLE = """\
sellers = ["shops", "more shops"]
drain_s = 30

[store]
database = "/srv/dialcart.db"

[[carrier]]
name = "unicom"
host = "smsc.example.net"
port = 3550
system_id = "us"
binds = 2
window = 10
rate = 50
tls = true
ca_file = "ca.pem"
[carrier.timers]
response_s = 5

[[carrier]]  # another
name = "telcom"
host = "10.0.0.1"
system_id = "us"
password = "other"
mode = "pair"

[log]
level = "warning"
"""


def read(text: str) -> Config | list[Problem]:
    return read_settings(text.encode(), SECRETS)


def problem(text: str) -> tuple[int, str]:
    """The one thing that is wrong."""
    found = read(text)
    assert isinstance(found, list)
    assert len(found) == 1, found
    return found[0].line, found[0].told


def test_a_whole_file_is_read() -> None:
    config = read(WHOLE)
    assert isinstance(config, Config)
    assert config.sellers == [Path("shops"), Path("more shops")]
    first, second = (section.carrier() for section in config.carrier)
    assert first == Carrier(
        "unicom",
        "smsc.example.net",
        3550,
        "us",
        "geheim",
        binds=2,
        window=10,
        rate=50.0,
        tls=True,
        ca_file="ca.pem",
        timers=Timers(response_s=5.0),
    )
    assert (second.mode, second.password) == ("pair", "other")


def test_every_field_of_a_carrier_may_be_written() -> None:
    config = read(WHOLE)
    assert isinstance(config, Config)
    assert set(Carrier.__dataclass_fields__) == set(type(config.carrier[0]).model_fields)


def test_an_empty_file_serves_the_samples_on_the_simulator() -> None:
    config = read("")
    assert isinstance(config, Config)
    assert (config.carrier, config.operations) == ([], None)


def test_a_secret_of_the_environment_goes_before_the_file() -> None:
    text = '[[carrier]]\nname = "unicom"\nhost = "h"\nsystem_id = "us"\npassword = "old"\n'
    config = read(text)
    assert isinstance(config, Config)
    assert config.carrier[0].carrier().password == "geheim"


def test_what_is_wrong_with_a_variable_is_told_by_its_name_and_an_empty_one_says_nothing() -> None:
    file = CARRIER.encode()

    def read_with(password: str) -> Config | list[Problem]:
        return read_settings(file, {"DIALCART_CARRIER_UNICOM_PASSWORD": password})

    [problem] = cast("list[Problem]", read_with("123456789"))
    told = "DIALCART_CARRIER_UNICOM_PASSWORD in the environment: `password` is too long; at most 8"
    assert problem.told == told
    [problem] = cast("list[Problem]", read_with("\u5bc6"))
    assert "in the environment: this holds a character that SMPP cannot carry" in problem.told
    [problem] = cast("list[Problem]", read_with(""))
    assert "`password` is missing" in problem.told


def test_no_secret_is_shown() -> None:
    assert "geheim" not in repr(read(WHOLE))


CARRIER = '[[carrier]]\nname = "unicom"\nhost = "h"\nsystem_id = "us"\n'
TRUNK = '[[voice.trunk]]\nname = "unicom"\nnetworks = ["192.0.2.0/24"]\n'
SELLER_LIMITS = '[[limits.seller]]\nname = "noodles"\n'
QUEUE = '[[queue]]\nname = "noodles"\n'


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("drain = 5", 1, "did you mean `drain_s`?"),
        (CARRIER + "prot = 1", 5, "`prot` is not known in [[carrier]]; did you mean `port`?"),
        ('database = "x"', 1, "it stands in [store]"),
        (CARRIER + 'port = "2775"', 5, "write port = 2775"),
        (CARRIER + "port = 70000", 5, "write at most 65535"),
        (CARRIER + "rate = 0", 5, "write more than 0"),
        (CARRIER + 'tls = "yes"', 5, "write tls = true"),
        (CARRIER + 'tls = "Off"', 5, "write tls = false"),
        (CARRIER + 'tls = "1.2"', 5, "write tls = true or tls = false"),
        (CARRIER + 'mode = "both"', 5, "write one of 'transceiver' or 'pair'"),
        (CARRIER + 'ca_file = "x"', 1, "write tls = true"),
        (CARRIER.replace('"h"', '"smsc..net"'), 3, "`host` is no name of a host"),
        (CARRIER.replace('"h"', '"smsc.net "'), 3, "no spaces"),
        (CARRIER.replace('"h"', '"smsc\\u0000"'), 3, "`host` is no name of a host"),
        (CARRIER.replace('"h"', '"smpp://smsc.net:2775"'), 3, "`host` is no name of a host"),
        (CARRIER.replace('"h"', '"smsc.net:2775"'), 3, "and no port"),
        (CARRIER.replace('"us"', '"u\\t"'), 4, "that SMPP cannot carry"),
        (CARRIER.replace("unicom", "Uni Com") + 'password = ""', 2, "small letters"),
        ('[numbers]\ncountry = "+86"', 2, "`country` is a few digits and nothing else"),
        (CARRIER.replace("unicom", "x"), 1, "set the environment variable DIALCART_CARRIER_X_"),
        (CARRIER.replace('host = "h"\n', ""), 1, 'write host = "smsc.example.net"'),
        (CARRIER + CARRIER, 5, "two carriers are called `unicom`"),
        (QUEUE + CARRIER + QUEUE, 7, "the queue `noodles` stands here twice"),
        ("[voice]\n" + TRUNK + TRUNK, 5, "two trunks are called `unicom`"),
        ("[voice]\n" + TRUNK.replace("0/24", "7/24"), 4, "`192.0.2.7/24` is no network; write"),
        ("[carrier]\n", 1, "write [[carrier]]"),
        (CARRIER + "[carrier.timers]\nresponse_s = 0", 6, "`response_s` is out of range"),
        (
            CARRIER + "[carrier.timers]\nenquire_link_s = 60\ninactivity_s = 60",
            5,
            "write `inactivity_s` larger than `enquire_link_s`, which is 60",
        ),
        ("[limits]\nconfirm_over = { EUR = -1 }", 2, "EUR -1 is out of range; write at least 0"),
        ("[limits]\nconfirm_over = { EUR = 1, eur = 2 }", 2, "EUR stands here twice"),
        (SELLER_LIMITS + SELLER_LIMITS, 3, "limits of `noodles` stand here twice"),
        ('[operations]\nhost = "not one"', 2, "`not one` is no address to listen on"),
        (CARRIER + "[[carrier.timers]]\n", 5, "write [carrier.timers]"),
        ("[log]\nlevel = loud", 2, 'write level = "loud"'),
        ("[log]\nlevel", 2, "write a key, an equals sign and a value"),
        ("[log", 1, "this is not TOML"),
        ("[log]\n[log]", 2, "[log] stands here a second time"),
        ("[[log]]\n[log]", 2, "[log] stands here a second time"),
        ("[log]\n[[log]]", 2, "[log] stands here a second time"),
        (CARRIER + 'host = "b"\n', 5, "`host` stands here a second time; write it once"),
        ("[carrier]\n[carrier]", 2, "write [[carrier]] over each, not [carrier]"),
        (CARRIER + "[carrier]", 5, "write [[carrier]] over each, not [carrier]"),
        ("[carrier]\n" + CARRIER, 1, "write [[carrier]] over each, not [carrier]"),
        ("[voice]\n[voice.trunk]\n" + TRUNK, 2, "write [[voice.trunk]] over each, not"),
        ("sellers = [\n1,\n]\n" * 2, 4, "`sellers` stands here a second time; write it once"),
        ("log = 1\n[log]", 2, "`log` has a value in line 1; take that away, or this table"),
        ("log = 1\n[[log]]", 2, "`log` has a value in line 1; take that away, or this table"),
        ("log = 1\nlog.level = 2", 2, "`log.level` does not go with what is set above"),
        ('sellers = "x"', 1, "`sellers` is no list"),
        ('[store]\ndatabase = ""', 2, 'write database = "shop.db"'),
        ('[store]\ndatabase = "/"', 2, 'write database = "/shop.db"'),
        ('[store]\ndatabase = ":memory:"', 2, "gone with its process, and orders with it"),
        (f"sellers = {'[' * 5_000}", 1, "too deeply"),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_what_to_write(
    text: str, line: int, told: str
) -> None:
    at, found = problem(text)
    assert told in found
    assert at == line


def test_a_password_longer_than_smpp_allows_is_refused_without_showing_it() -> None:
    _, told = problem(CARRIER.replace("unicom", "x") + 'password = "123456789"')
    assert told == "`password` is too long; at most 8"


def test_what_is_no_text_or_too_long_is_told() -> None:
    assert read_settings(b"\xff\xfe\x00", {}) == [
        Problem(1, "", "the file is not text; save it as UTF-8")
    ]
    assert isinstance(read_settings(b"#" * FILE_BYTES_MAX, {}), Config)
    assert isinstance(read_settings(b"#" * (FILE_BYTES_MAX + 1), {}), list)


def test_only_so_many_problems_are_told() -> None:
    found = read("".join(f"x{n} = 1\n" for n in range(PROBLEMS_MAX + 1)))
    assert isinstance(found, list)
    assert len(found) == PROBLEMS_MAX


def test_lines_are_found_behind_values_of_every_kind() -> None:
    text = (
        'a = """\nb = 1\n"""  # "\n'
        "c = [\n  '[x]',  # ]\n  2,\n]\n"
        "d.e = { f = 1 }\n"
        "[[t]]\ng = 1\n[t.u]\n'h i' = 1\n[[t]]\ng = 2\n"
    )
    assert lines_of(text) == {
        ("a",): 1,
        ("c",): 4,
        ("d", "e"): 8,
        ("t",): 9,
        ("t", 0): 9,
        ("t", 0, "g"): 10,
        ("t", 0, "u"): 11,
        ("t", 0, "u", "h i"): 12,
        ("t", 1): 13,
        ("t", 1, "g"): 14,
    }


@given(st.text(alphabet="ab=[]{}\"'#.\n\\1, ", max_size=60))
def test_no_text_stops_it(text: str) -> None:
    lines_of(text)
    read(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sellers = [1]", '`sellers` holds what is no file (a file\'s name stands in quotes); write sellers = ["shops"]'),
        ('sellers = [["a"]]', '`sellers` holds what is no file (a file\'s name stands in quotes); write sellers = ["shops"]'),
        ("carrier = [1]", "`carrier` holds what is no table (a table is headed by its name in square brackets); write [[carrier]]"),
        ("[voice]\noutside = [4001]", '`outside` holds what is no text (text stands in quotes); write outside = ["02088886666", "400*"]'),
    ],
)  # fmt: skip
def test_of_a_list_it_is_told_what_it_holds(text: str, told: str) -> None:
    assert problem(text)[1] == told


@pytest.mark.parametrize(
    "text",
    [
        '[store]\ndatabase = "a\\u0000b"',
        'sellers = ["a\\u0000b"]',
        '[voice]\ntls_certificate = "\\u0000"\ntls_key = "k"',
        '[platform]\nfigures = "\\u0000"',
        '[[service]]\nname = "x"\nurl = "https://h"\noperations = { a = "b" }\nca_file = "\\u0000"',
    ],
)
def test_a_name_that_no_file_can_have_is_told(text: str) -> None:
    assert problem(text)[1] == "a file's name holds no NUL; take the \\u0000 out"
