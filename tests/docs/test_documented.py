"""Nothing is undocumented: every command and every rule has its page, as current as the code."""

import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from cli import app
from commands.settings.reference import tables
from flows.checker.rule import RULES
from scripts import command_pages, diagnostic_pages
from scripts.checks import GENERATORS

DOCS = Path(__file__).resolve().parents[2] / "docs"


def every_command(group, before=""):
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from every_command(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


def test_every_command_and_option_is_on_the_page_of_commands():
    page = (DOCS / "commands.md").read_text("utf-8")
    commands = list(every_command(typer.main.get_group(app)))
    assert commands
    for name, command in commands:
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


def test_every_key_of_the_settings_file_is_on_its_page():
    page = (DOCS / "settings.md").read_text("utf-8")
    for header, _, keys in tables():
        section = page.partition(f"\n## {header or 'Before all tables'}\n")[2].partition("\n## ")[0]
        assert all(f"| `{key}` |" in section for key, _, told in keys if told), header


@pytest.mark.parametrize("folder", [DOCS, DOCS / "decisions"], ids=["docs", "decisions"])
def test_every_page_is_found_from_its_index(folder):
    index = (folder / "index.md").read_text("utf-8")
    pages = {page.name for page in folder.glob("*.md")} - {"index.md"}
    assert not {page for page in pages if f"]({page})" not in index}


@pytest.mark.parametrize("module", GENERATORS)
def test_what_programs_wrote_is_current(module):
    done = subprocess.run(
        [sys.executable, "-m", module, "--check"], cwd=DOCS.parent, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
