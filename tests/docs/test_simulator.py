"""The page of the simulator names every fault, and its words are read."""

import re
from dataclasses import fields
from pathlib import Path

from sms.smsc.faults import Faults, parse_faults

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "simulator.md").read_text("utf-8")


def test_every_fault_is_told_and_no_other() -> None:
    told = re.findall(r"^\| `([a-z_]+)` \|", PAGE, re.MULTILINE)
    assert told == [field.name for field in fields(Faults)]


def test_the_faults_of_the_example_are_read() -> None:
    words = re.findall(r"--faults '([^']+)'", PAGE)
    assert words
    assert all(parse_faults(one) != Faults() for one in words)
