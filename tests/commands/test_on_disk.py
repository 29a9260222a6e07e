"""What a settings file names on this machine: `config check` and `serve` tell the same of it."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from commands.config import check, load_settings
from commands.serve import serve
from tests.flows.shops import ORDER, SHOP

CARRIER = """\
[[carrier]]
name = "unicom"
host = "h"
system_id = "us"
password = "x"
tls = true
ca_file = "{file}"
"""


@pytest.fixture
def told(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """The status and what `config check` says of a file of these lines."""

    def check_it(text: str) -> tuple[int, str]:
        file = tmp_path / "dialcart.toml"
        file.write_text(f'{text}\n[store]\ndatabase = "{tmp_path}/shop.db"\n', "utf-8")
        file.chmod(0o600)
        return check(file), capsys.readouterr().err.replace(f"{file}: ", "")

    return check_it


def seller(folder: Path, flow: str = SHOP + ORDER) -> Path:
    folder.mkdir()
    (folder / "seller.flow").write_text(flow, "utf-8")
    return folder


@pytest.fixture
def store_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """The status and what `config check` and `serve` say of a database there."""

    def check_it(database: Path) -> tuple[int, str]:
        file = tmp_path / "dialcart.toml"
        file.write_text(f'[store]\ndatabase = "{database}"\n', "utf-8")
        status, said = check(file), capsys.readouterr().err.replace(f"{file}: ", "")
        config = load_settings(file)
        assert config is not None
        if status:
            assert asyncio.run(serve(config)) == status
            assert capsys.readouterr().err == said
        return status, said

    return check_it


def test_a_database_in_what_is_no_folder_is_told_and_nothing_is_made(
    tmp_path: Path, store_in
) -> None:
    (tmp_path / "var").write_text("", "utf-8")
    assert store_in(tmp_path / "var" / "deep" / "shop.db") == (
        1,
        (
            f"the database {tmp_path}/var/deep/shop.db cannot be made: {tmp_path}/var is no folder;"
            " write another `database` in [store]\n"
        ),
    )
    (tmp_path / "var").unlink()
    status, said = store_in(tmp_path / "var" / "deep" / "shop.db")
    assert (status, "cannot be" in said) == (0, False)
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("file", ["pipe", "/dev/null"])
def test_a_database_that_is_no_file_is_told(tmp_path: Path, store_in, file: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    database = tmp_path / file
    assert store_in(database) == (
        1,
        f"the database {database} is no file; write another `database` in [store]\n",
    )


@pytest.mark.parametrize("kept", ["", "var", "var/shop.db"])
def test_a_database_that_may_not_be_written_is_told(
    tmp_path: Path, store_in, monkeypatch: pytest.MonkeyPatch, kept: str
) -> None:
    if kept == "var/shop.db":
        (tmp_path / "var").mkdir()
        (tmp_path / kept).write_bytes(b"")
    elif kept:
        (tmp_path / kept).mkdir()
    # Whoever runs tests as root may write everywhere.
    may = os.access
    monkeypatch.setattr(os, "access", lambda one, mode: one != tmp_path / kept and may(one, mode))
    assert store_in(tmp_path / "var" / "shop.db") == (
        1,
        (
            f"the database {tmp_path}/var/shop.db cannot be written: we may not write {tmp_path / kept};"
            " give that to whoever serves, or write another `database` in [store]\n"
        ),
    )


def test_a_database_where_we_may_not_look_is_told(
    tmp_path: Path, store_in, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    for name in ("stat", "lstat"):
        monkeypatch.setattr(os, name, beyond(closed, getattr(os, name)))
    may = os.access
    monkeypatch.setattr(os, "access", lambda one, mode: one != closed and may(one, mode))
    status, said = store_in(closed / "deep" / "shop.db")
    assert (status, f"we may not write {closed};" in said) == (1, True)


def beyond(closed: Path, look: Callable[..., os.stat_result]) -> Callable[..., os.stat_result]:
    """What looks at files, for who may not enter a folder."""

    def refuse(path: Any, *args: Any, **options: Any) -> os.stat_result:
        if str(path).startswith(f"{closed}/"):
            raise PermissionError
        return look(path, *args, **options)

    return refuse


@pytest.mark.parametrize("above", [".", ".."])
def test_a_sellers_folder_that_may_not_be_looked_into_is_told(
    tmp_path: Path, told, monkeypatch: pytest.MonkeyPatch, above: str
) -> None:
    shops = tmp_path / "closed" / "shops"
    shops.parent.mkdir()
    seller(shops)
    closed = (shops / above).resolve()
    for name in ("stat", "lstat"):
        monkeypatch.setattr(os, name, beyond(closed, getattr(os, name)))
    may = os.access
    monkeypatch.setattr(os, "access", lambda one, mode: one != closed and may(one, mode))
    assert told(f'sellers = ["{shops}"]') == (
        1,
        f"the sellers' folder {shops} cannot be read: give that to whoever serves, in the folders above it too\n",
    )


def test_a_folder_without_flows_is_told(tmp_path: Path, told) -> None:
    (tmp_path / "shops").mkdir()
    assert told(f'sellers = ["{tmp_path}/shops"]') == (
        1,
        f"{tmp_path}/shops holds no flow; a seller is a folder with a file seller.flow\n",
    )


def test_flows_with_errors_are_told_and_stop_the_shop_where_no_other_is_there(
    tmp_path: Path, told
) -> None:
    broken = seller(tmp_path / "broken", "flow 1\nshop X\n")
    status, said = told(f'sellers = ["{broken}"]')
    assert status == 1
    assert "no seller to serve\n" in said
    assert f"`dialcart check {broken}/seller.flow` tells them" in said
    seller(tmp_path / "noodles")
    status, said = told(f'sellers = ["{broken}", "{tmp_path}/noodles"]')
    assert status == 0
    assert "broken/seller.flow has errors and is not published" in said


def test_a_file_of_other_than_certificates_is_told_and_no_shop_opens_with_it(
    tmp_path: Path, told, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("nothing", "utf-8")
    expected = (
        f"{file} of unicom cannot be read as certificates in PEM: no certificate or crl found\n"
    )
    assert told(CARRIER.format(file=file)) == (1, expected)
    config = load_settings(tmp_path / "dialcart.toml")
    assert config is not None
    assert asyncio.run(serve(config)) == 1
    assert expected in capsys.readouterr().err


def test_a_certificate_without_its_key_is_told(tmp_path: Path, told) -> None:
    file = tmp_path / "shop.pem"
    file.write_text("nothing", "utf-8")
    status, said = told(
        f'[voice]\ntls_port = 5061\ntls_certificate = "{file}"\ntls_key = "{tmp_path}/none.key"\n'
    )
    assert status == 1
    pair = f"{file} and {tmp_path}/none.key of [voice]"
    assert said == f"{pair} cannot be read as a certificate and its key in PEM\n"


def test_limits_of_a_seller_who_is_not_there_are_told_with_the_one_that_was_meant(
    tmp_path: Path, told
) -> None:
    seller(tmp_path / "noodles")
    limits = f'sellers = ["{tmp_path}/noodles"]\n[[limits.seller]]\nname = "%s"\n'
    assert told(limits % "noodles") == (0, "")
    assert told(limits % "noodle") == (
        0,
        "[[limits.seller]] noodle: no seller is called so; did you mean `noodles`?\n",
    )
    assert told(limits % "xyz")[1].endswith("its limits hold for nobody\n")
