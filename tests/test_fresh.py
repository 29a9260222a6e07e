"""scripts/fresh and scripts/unpack: what they refuse before they fetch anything. What they are for takes minutes and a mirror, and is run by hand."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"
FRESH = SCRIPTS / "fresh"


@pytest.mark.parametrize("suite", ["Trixie", "../trixie", "13"])
def test_what_is_no_release_is_told(suite: str) -> None:
    told = subprocess.run([str(FRESH), suite], capture_output=True, text=True, timeout=60)
    assert told.returncode == 1
    assert f"{suite} is no release of Debian's; write one such as trixie or sid" in told.stderr


@pytest.mark.parametrize("words", [(), ("sid",), ("sid", "system")])
def test_what_is_to_be_unpacked_must_be_named(tmp_path: Path, words: tuple[str, ...]) -> None:
    told = subprocess.run(
        [str(SCRIPTS / "unpack"), *words], capture_output=True, text=True, timeout=60, cwd=tmp_path
    )
    assert told.returncode == 1
    assert "write scripts/unpack SUITE FOLDER PACKAGE..." in told.stderr
    assert not list(tmp_path.iterdir()), "no empty folder either"


def test_where_there_is_no_apt_it_is_told_what_to_do_instead(tmp_path: Path) -> None:
    """A copy of the scripts, so that what is in our own .tools stays; and a PATH with nothing of Debian's on it."""
    scripts, programs = tmp_path / "scripts", tmp_path / "bin"
    scripts.mkdir()
    programs.mkdir()
    for name in ("asterisk", "unpack"):
        shutil.copy(SCRIPTS / name, scripts)
    for name in ("bash", "dirname"):
        (programs / name).symlink_to(str(shutil.which(name)))
    told = subprocess.run(
        [str(programs / "bash"), str(scripts / "asterisk")],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": str(programs)},
    )
    assert told.returncode == 1
    assert "no apt to fetch Debian's asterisk with" in told.stderr
    assert "Asterisk must be built by hand" in told.stderr
    assert not (tmp_path / ".tools").exists()


def test_fresh_tells_that_this_machines_apt_has_no_mirror(tmp_path: Path) -> None:
    """With stand-ins for the kernel's namespaces, and for an apt that lists nothing of Debian's."""
    scripts, programs = tmp_path / "scripts", tmp_path / "bin"
    scripts.mkdir()
    programs.mkdir()
    for name in ("fresh", "unpack"):
        shutil.copy(SCRIPTS / name, scripts)
    for name in ("unshare", "apt-get", "dpkg-deb"):
        (programs / name).write_text("#!/bin/sh\n")
        (programs / name).chmod(0o755)
    told = subprocess.run(
        [str(scripts / "fresh")],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": f"{programs}:{os.environ['PATH']}"},
    )
    assert told.returncode == 1
    assert "apt has no mirror of Debian's" in told.stderr
