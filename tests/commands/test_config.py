"""`dialcart config check` as its users meet it."""

from pathlib import Path

import pytest

from commands.config import check, load_settings, texts, unread_variables
from commands.shards.homes import shard_database
from flows import prompts
from tests.flows.shops import ORDER, SHOP

CARRIER = '[[carrier]]\nname = "unicom"\nhost = "h"\nsystem_id = "us"\n'
VARIABLE = "DIALCART_CARRIER_UNICOM_PASSWORD"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "dialcart.toml"
    path.write_text(CARRIER, "utf-8")
    return path


def test_a_file_without_its_secret_is_told_by_line(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert load_settings(file, {}) is None
    assert f":1: `password` is missing in [[carrier]]; set the environment variable {VARIABLE}" in (
        capsys.readouterr().err
    )


def test_a_file_that_is_well_says_what_it_comes_to(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(VARIABLE, "secret")
    assert check(file) == 0
    # A carrier's buyers would meet the samples.
    assert "is well: unicom; the sample sellers, as no" in capsys.readouterr().out
    flow = file.parent / "shop" / "seller.flow"
    flow.parent.mkdir()
    flow.write_text(SHOP + ORDER, "utf-8")
    file.write_text(f'sellers = ["{flow.parent}"]\n{CARRIER}', "utf-8")
    assert check(file) == 0
    assert f"is well: unicom; {flow.parent}; orders" in capsys.readouterr().out


@pytest.mark.parametrize(("key", "sample"), [("rate", "50"), ("destination_ton", "1")])
def test_a_number_in_quotes_is_told_with_one_without(
    file: Path, key: str, sample: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(f'{CARRIER}{key} = "fast"\n', "utf-8")
    assert load_settings(file, {VARIABLE: "secret"}) is None
    assert capsys.readouterr().err.endswith(f"; write {key} = {sample}\n")


def test_a_database_that_is_a_folder_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "dialcart.toml"
    file.write_text(f'[store]\ndatabase = "{tmp_path}"\n', "utf-8")
    assert check(file) == 1
    assert f"{tmp_path} is a folder; name a file in it" in capsys.readouterr().err


def test_a_simulator_beside_a_carrier_is_told_since_it_does_not_run(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(VARIABLE, "secret")
    told = (
        "[simulator] runs only where no [[carrier]] is named, so not here; take one of the two out"
    )
    file.write_text(f"{CARRIER}[simulator]\nport = 0\n", "utf-8")
    assert check(file) == 0
    assert told in capsys.readouterr().err
    file.write_text(CARRIER, "utf-8")
    assert check(file) == 0
    assert told not in capsys.readouterr().err


def test_folders_and_certificates_that_are_not_there_are_told(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(VARIABLE, "secret")
    file.write_text(f'sellers = ["nowhere"]\n{CARRIER}tls = true\nca_file = "none.pem"\n', "utf-8")
    assert check(file) == 1
    told = capsys.readouterr().err
    assert "nowhere is not there" in told
    assert "none.pem of unicom is not there" in told


def test_what_shards_do_not_serve_and_another_number_of_them_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "dialcart.toml"
    store = f'[store]\ndatabase = "{tmp_path}/shop.db"\nshards = 2\n'
    file.write_text(f"{store}[web]\n", "utf-8")
    assert check(file) == 0
    assert "With shards there are only texts and USSD: not the desk" in capsys.readouterr().err
    known = shard_database(tmp_path / "shop.db", 0, 3)
    known.parent.mkdir()
    known.touch()
    assert check(file) == 1
    assert f"{known.parent} holds 3 shards; write `shards = 3`" in capsys.readouterr().err


def test_a_secret_that_others_may_read_is_told(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(f'{CARRIER}password = "secret"\n', "utf-8")
    file.chmod(0o644)
    assert check(file) == 0
    assert "chmod 600" in capsys.readouterr().err
    file.chmod(0o600)
    assert check(file) == 0
    assert "chmod" not in capsys.readouterr().err


def test_a_variable_that_nothing_reads_is_told_with_the_one_that_was_meant(file: Path) -> None:
    given = {VARIABLE: "x", "DIALCART_CARRIER_UNICM_PASSWORD": "x", "DIALCART_SMSC_PASSWORD": "x"}
    assert unread_variables(file, given) == [("DIALCART_CARRIER_UNICM_PASSWORD", VARIABLE)]


def test_a_file_without_end_is_not_read(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(FileNotFoundError, match="it is no file"):
        check(Path("/dev/zero"))


def test_a_variable_without_a_carriers_name_is_none_of_ours(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DIALCART_CARRIER_PASSWORD", "secret")
    file.write_text("", "utf-8")
    assert check(file) == 0
    assert "has DIALCART_CARRIER_PASSWORD, which nothing reads" in capsys.readouterr().err


def test_names_that_would_read_one_variable_are_told(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = 'name = "{}"\nhost = "h"\nsystem_id = "us"\npassword = "x"\n'
    file.write_text(f"[[carrier]]\n{one.format('a-b')}[[carrier]]\n{one.format('a_b')}", "utf-8")
    assert check(file) == 0
    assert "DIALCART_CARRIER_A_B_PASSWORD would be read for two" in capsys.readouterr().err


def test_ports_that_we_would_take_from_ourselves_are_told(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(
        "[simulator]\nport = 0\ncontrol_port = 0\n"
        '[operations]\nport = 5000\nhost = "0.0.0.0"\n[web]\nport = 5000\n',
        "utf-8",
    )
    assert check(file) == 1
    assert capsys.readouterr().err == (
        f"{file}: `port` in [web] is 5000, as `port` in [operations] is; write another, or 0 for any that is free\n"
    )


def test_the_texts_that_are_printed_are_read_as_they_stand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert texts("sw") == 0
    file = tmp_path / "dialcart.toml"
    file.write_text(capsys.readouterr().out, "utf-8")
    config = load_settings(file, {})
    assert config is not None
    assert config.wordings() == {"sw": dict(prompts.texts())}


def test_a_text_that_could_not_be_said_is_told_by_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "dialcart.toml"
    file.write_text('[[language]]\nname = "sw"\n[language.texts]\ncode_sms = "{code}"\n', "utf-8")
    assert load_settings(file, {}) is None
    told = capsys.readouterr().err
    assert "dialcart.toml:" in told
    assert "`code_sms` is filled in otherwise; write `{code}` and `{total}` in it" in told
    file.write_text('[[language]]\nname = "Swahili"\ntexts = { more = "Zaidi" }\n', "utf-8")
    assert load_settings(file, {}) is None
    assert "`name`" in capsys.readouterr().err
