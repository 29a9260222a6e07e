"""scripts/setup: which Python it makes an environment of, and when it makes it anew. Its Pythons are stand-ins that fetch nothing."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SYSTEM = "system=/usr/bin/python3"
STAND_IN = """\
#!/bin/sh
# As {name}, or as the environment's own that was made of it.
case "$*" in
  *"import os, sys"*) cat "$(dirname "$0")/made-of" 2>/dev/null || echo "{path} 3.11.2" ;;
  *"-m venv"*) for into; do :; done; mkdir -p "$into/bin"; cp "$0" "$into/bin/python"; echo "{path} 3.11.2" >"$into/bin/made-of" ;;
  *"-m pip install"*) [ ! -e "{folder}/no-network" ] ;;
esac
"""


class Checkout:
    """A folder with scripts/setup in it, which takes a stand-in for the system's Python."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.system = folder / "system" / "python3"
        (folder / "scripts").mkdir()
        text = (ROOT / "scripts" / "setup").read_text("utf-8")
        assert SYSTEM in text
        setup = folder / "scripts" / "setup"
        setup.write_text(text.replace(SYSTEM, f"system={self.system}"), "utf-8")
        setup.chmod(0o755)
        shutil.copy(ROOT / "scripts" / "link.py", folder / "scripts")
        (folder / "requirements.lock").touch()

    def python(self, name: str) -> Path:
        """Another Python, in a folder of its own."""
        path = self.folder / name / "python3"
        path.parent.mkdir(exist_ok=True)
        path.write_text(STAND_IN.format(name=name, path=path, folder=self.folder), "utf-8")
        path.chmod(0o755)
        return path

    def set_up(self, found: Path, asked: Path | str = "") -> subprocess.CompletedProcess[str]:
        """Run it, with a Python that is first on the PATH and perhaps one that is asked for."""
        return subprocess.run(
            [str(self.folder / "scripts" / "setup")],
            env={"PATH": f"{found.parent}:/usr/bin:/bin", "PYTHON": str(asked)},
            capture_output=True,
            text=True,
            timeout=300,
        )

    @property
    def made_of(self) -> str:
        return (self.folder / ".venv" / "bin" / "made-of").read_text("utf-8").split()[0]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_the_systems_python_takes_the_place_of_another(checkout: Checkout) -> None:
    plain = checkout.python("plain")
    assert checkout.set_up(plain).returncode == 0
    assert checkout.made_of == str(plain)
    system = checkout.python("system")
    said = checkout.set_up(plain)
    assert said.returncode == 0, said.stderr
    assert checkout.made_of == str(system)
    assert f".venv is made anew, by {system}" in said.stderr
    assert not (checkout.folder / ".venv.before").exists()
    assert checkout.set_up(plain).stderr == "", "the third has nothing to do"


def test_another_python_on_the_path_moves_nothing(checkout: Checkout) -> None:
    first, second = checkout.python("first"), checkout.python("second")
    assert checkout.set_up(first).returncode == 0
    assert checkout.set_up(second).stderr == ""
    assert checkout.made_of == str(first)


def test_a_python_that_is_asked_for_is_taken_and_stays(checkout: Checkout) -> None:
    system, mine = checkout.python("system"), checkout.python("mine")
    assert checkout.set_up(system).returncode == 0
    assert checkout.made_of == str(system)
    assert checkout.set_up(system, asked=mine).returncode == 0
    assert checkout.made_of == str(mine)
    assert checkout.set_up(system).stderr == ""
    assert checkout.made_of == str(mine)
    shutil.rmtree(mine.parent)
    (checkout.folder / ".venv" / "bin" / "python").unlink()
    assert checkout.set_up(system).returncode == 0
    assert checkout.made_of == str(system), "who asked for it has taken it away"


def test_a_python_that_is_none_is_told(checkout: Checkout) -> None:
    told = checkout.set_up(checkout.python("plain"), asked="nowhere/python3")
    assert told.returncode == 1
    assert "PYTHON names nowhere/python3, which is no Python" in told.stderr


def test_what_cannot_be_made_anew_stays_as_it_was(checkout: Checkout) -> None:
    plain = checkout.python("plain")
    assert checkout.set_up(plain).returncode == 0
    checkout.python("system")
    (checkout.folder / "no-network").touch()
    told = checkout.set_up(plain)
    assert told.returncode == 1
    assert f".venv is as it was; PYTHON={plain} keeps it" in told.stderr
    assert checkout.made_of == str(plain)
    assert checkout.set_up(plain, asked=plain).returncode == 0
