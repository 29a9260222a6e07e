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
    kind = str(getattr(rule.severity, "value", rule.severity)).lower()
    told = inspect.cleandoc(rule.page)
    for heading in HEADINGS:
        told = told.replace(f"\n{heading}\n", f"\n## {heading}\n\n")
    return f"# {rule.code}: {rule.name}\n\n*{kind}*\n\n{told}\n"


def index() -> str:
    """The list of all pages."""
    lines = [
        "# Diagnostics\n",
        "What `dialcart check` can tell of a flow, by its code. These pages are the rules' own words.\n",
        "| Code | Name |\n|---|---|",
        *(f"| [{code}]({code}.md) | {RULES[code].name} |" for code in sorted(RULES)),
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write or check them all."""
    pages = {FOLDER / f"{code}.md": page(rule) for code, rule in RULES.items()}
    pages[FOLDER / "index.md"] = index()
    return finish(pages, sys.argv, FOLDER.glob("*.md"))


if __name__ == "__main__":
    sys.exit(main())
