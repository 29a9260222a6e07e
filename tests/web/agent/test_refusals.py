"""Every reason for which the floor refuses something is told in the languages of its pages."""

import ast
import re
from pathlib import Path

from web.agent.routes import PAGES

ROOT = Path(__file__).resolve().parents[3]
SOURCES = ("center/desk", "ivr/desk", "ivr/channel", "web/agent")
PAGE = (PAGES / "refusals.js").read_text("utf-8")


def constants(tree: ast.Module) -> dict[str, str]:
    """Names of texts at the top of a file."""
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def reasons() -> set[str]:
    """The first argument of every RefusedError that is made."""
    found: set[str] = set()
    for file in (f for folder in SOURCES for f in (ROOT / folder).rglob("*.py")):
        tree = ast.parse(file.read_text("utf-8"))
        known = constants(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "RefusedError":
                (first, *_) = node.args
                if isinstance(first, ast.Constant):
                    found.add(first.value)
                else:
                    assert isinstance(first, ast.Name), f"{file}:{node.lineno}: write the words out"
                    found |= {known[first.id]} if first.id in known else set()
    return found


def told() -> dict[str, str]:
    return dict(re.findall(r'^  "(.+?)": "(.+)",$', PAGE, re.MULTILINE))


def test_every_reason_is_told_in_chinese_too():
    assert reasons() == set(told())


def test_no_translation_drops_what_the_reason_names():
    for english, chinese in told().items():
        assert re.findall(r"\{\w+\}", english) == re.findall(r"\{\w+\}", chinese)
