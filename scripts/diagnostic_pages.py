"""Writes docs/diagnostics/, a page a rule, from the rules' docstrings; `--check` only compares."""

import inspect
import pkgutil
import sys
from importlib import import_module

from flows.checker import rules
from flows.checker.rule import RULES, Rule
from scripts.pages import ROOT, finish

HEADINGS = ("What it does", "Why", "Example", "Write instead")
FOLDER = ROOT / "docs" / "diagnostics"

# A rule registers itself when its file is imported.
for _module in pkgutil.iter_modules(rules.__path__, f"{rules.__name__}."):
    import_module(_module.name)


def page(rule: Rule) -> str:
    """One rule's page: its code and name, then its docstring."""
    kind = _kind(rule)
    told = inspect.cleandoc(rule.page)
    for heading in HEADINGS:
        told = told.replace(f"\n{heading}\n", f"\n## {heading}\n\n")
    return f"# {rule.code}: {rule.name}\n\n*{kind}*\n\n{told}\n"


def _kind(rule: Rule) -> str:
    return str(getattr(rule.severity, "value", rule.severity)).lower()


def index() -> str:
    """The register of all codes: whoever adds a rule sees here which are taken."""
    lines = [
        "# Diagnostics\n",
        "What `dialcart check` can tell of a flow, by its code. These pages are the rules' own words.\n",
        "| Code | Name | Kind | What it tells |\n|---|---|---|---|",
        *(
            f"| [{code}]({code}.md) | {rule.name} | {_kind(rule)} | {_sentence(rule)} |"
            for code, rule in sorted(RULES.items())
        ),
    ]
    return "\n".join(lines) + "\n"


def _sentence(rule: Rule) -> str:
    """What a page opens with, in a cell of a table."""
    opening = inspect.cleandoc(rule.page).partition("\n\n")[0]
    return " ".join(opening.split()).replace("|", "\\|")


def main() -> int:
    """Write or check them all."""
    pages = {FOLDER / f"{code}.md": page(rule) for code, rule in RULES.items()}
    pages[FOLDER / "index.md"] = index()
    return finish(pages, sys.argv, FOLDER.glob("*.md"))


if __name__ == "__main__":
    sys.exit(main())
