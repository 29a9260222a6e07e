"""Nothing is undocumented: every command and every rule has its page, as current as the code."""

import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from cli import app
from flows.checker.rule import RULES
from scripts import command_pages, diagnostic_pages

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_every_command_and_option_is_on_the_page_of_commands():
    page = (DOCS / "commands.md").read_text("utf-8")
    commands = typer.main.get_group(app).commands
    assert commands
    for name, command in commands.items():
        section = page.partition(f"\n## dialcart {name}\n")[2].partition("\n## ")[0]
        assert section, f"dialcart {name} is undocumented; run python -m {command_pages.__name__}"
        for parameter in command.params:
            if parameter.param_type_name == "option" and parameter.name != "help":
                assert all(f"`{option}`" in section for option in parameter.opts), parameter.opts


def test_every_rule_has_a_page_that_says_what_why_and_what_instead():
    assert RULES
    for code, rule in RULES.items():
        page = (DOCS / "diagnostics" / f"{code}.md").read_text("utf-8")
        assert page.startswith(f"# {code}: {rule.name}\n")
        assert all(f"\n## {heading}\n" in page for heading in diagnostic_pages.HEADINGS), code


@pytest.mark.parametrize("module", [command_pages.__name__, diagnostic_pages.__name__])
def test_what_programs_wrote_is_current(module):
    done = subprocess.run(
        [sys.executable, "-m", module, "--check"], cwd=DOCS.parent, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
