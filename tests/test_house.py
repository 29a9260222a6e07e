"""The house's rules that no other tool holds: a pure core, no registry and no place on a disk in the tree."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CORE = ("grammars", "flows", "center")
EDGES = ("commands", "sms", "ivr", "store", "web", "gateway")

WORLDLY_MODULES = frozenset(
    [
        "asyncio",
        "http",
        "multiprocessing",
        "os",
        "random",
        "secrets",
        "shutil",
        "signal",
        "socket",
        "sqlite3",
        "subprocess",
        "tempfile",
        "threading",
        "time",
        "urllib",
    ]
)
WORLDLY_CALLS = frozenset({"open", "input", "print"})
WORLDLY_METHODS = frozenset(
    {"now", "utcnow", "today", "open", "read_bytes", "read_text", "write_bytes", "write_text"}
)

EXCEPTIONS = {
    # Each reads what is packed beside the code, once, when it is first needed.
    ("center/uap/models.py", "read_text"): "the models that ship",
    ("flows/grammar.py", "read_text"): "the grammar of flow files",
    ("flows/expression.py", "read_text"): "the grammar of expressions",
    ("grammars/folding.py", "read_text"): "the table of characters that are read alike",
    ("grammars/languages/chinese_sounds.py", "read_text"): "how Chinese characters sound",
    ("flows/answers.py", "today"): "the turn's own day, from the `now` it was given",
    # SRGS grammars name one another by file, so the reader that follows them opens files.
    ("grammars/srgs/loader.py", "open"): "grammars that other grammars name",
    (
        "grammars/srgs/loader.py",
        "urllib.request",
    ): "file names as URIs and back; nothing is fetched",
}

DICTS_WITH_A_FIRST = {
    # Finding the first of a dict costs as much as was taken out before it: each has its reason why that is little.
    ("commands/shards/front_store.py", "sent"): "a tenth goes at once",
    ("sms/receipt_book.py", "texts"): "a tenth goes at once",
    ("sms/smpp/bind.py", "waiting"): "a window, of at most a thousand",
    ("sms/smsc/link.py", "delivering"): "looked at once in a tick",
}


def dicts_with_a_first(source: str):
    """Names of plain dicts, in a file, whose first is found and whose entries are taken out, as queues are; OrderedDicts are for that."""

    def names(pattern: str) -> set[str]:
        return {name.lstrip("_") for name in re.findall(pattern, source)}

    first = names(r"\b(?:next\(iter|islice)\((?:self\.)?(\w+)")
    first |= names(
        r"\bfor .* in (?:self\.)?(\w+)(?:\.\w+\(\))?:\n\s+(?:if .*\n\s+)?(?:break|return)\b"
    )
    gone = names(r"\bdel (?:self\.)?(\w+)\[") | names(r"\b(\w+)\.pop\(")
    return names(r"\b(\w+): dict\[") & first & gone


def worldly_names(source: str):
    """What in the source touches clock, chance, disk, network or processes."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names if a.name.split(".")[0] in WORLDLY_MODULES)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            worldly = node.level == 0 and module.split(".")[0] in WORLDLY_MODULES
            # urllib.parse is text in, text out.
            if worldly and module != "urllib.parse":
                yield module
        elif isinstance(node, ast.Call):
            match node.func:
                case ast.Name(id=name) if name in WORLDLY_CALLS:
                    yield name
                case ast.Attribute(attr=name) if name in WORLDLY_METHODS:
                    yield name


def core_files():
    return sorted(path for package in CORE for path in (ROOT / package).rglob("*.py"))


def tracked_files():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name]


@pytest.mark.parametrize(
    "source",
    [
        "import time",
        "from random import choice",
        "open('x')",
        "from datetime import datetime\ndatetime.now()",
        "import urllib.request",
        "p.write_text('x')",
    ],
)
def test_a_touch_of_the_world_is_seen(source):
    assert list(worldly_names(source))


def test_the_core_takes_clock_chance_and_files_as_arguments():
    found = {
        (path.relative_to(ROOT).as_posix(), name)
        for path in core_files()
        for name in worldly_names(path.read_text("utf-8"))
    }
    assert found - EXCEPTIONS.keys() == set()


def test_every_exception_to_the_pure_core_is_still_needed():
    found = {
        (path.relative_to(ROOT).as_posix(), name)
        for path in core_files()
        for name in worldly_names(path.read_text("utf-8"))
    }
    assert EXCEPTIONS.keys() - found == set()


@pytest.mark.parametrize(
    "first",
    [
        "del self._q[next(iter(self._q))]",
        "for key in self._q.items():\n    break\ndel self._q[key]",
        "q = self._q\nfor key in list(islice(q, 9)):\n    q.pop(key)",
    ],
)
def test_a_dict_that_is_used_as_a_queue_is_seen(first):
    assert dicts_with_a_first(f"self._q: dict[int, int] = {{}}\n{first}") == {"q"}
    assert dicts_with_a_first(f"self._q: OrderedDict[int, int] = OrderedDict()\n{first}") == set()


def test_no_dict_is_a_queue_whose_first_costs_what_was_taken_out_before_it():
    found = {
        (path.relative_to(ROOT).as_posix(), name)
        for top in (*CORE, *EDGES)
        for path in (ROOT / top).rglob("*.py")
        for name in dicts_with_a_first(path.read_text("utf-8"))
    }
    assert found == DICTS_WITH_A_FIRST.keys()


def test_every_package_says_what_it_holds():
    packages = [path for top in (*CORE, *EDGES) for path in (ROOT / top).rglob("__init__.py")]
    assert packages
    silent = [
        path for path in packages if not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert silent == []


def own_folders():
    """Every folder of our packages, as tests name it below tests/, and every module: one with many tests has a folder of them."""
    return {
        path.relative_to(ROOT).with_suffix("")
        for top in (*CORE, *EDGES)
        for path in [ROOT / top, *(ROOT / top).rglob("*/"), *(ROOT / top).rglob("*.py")]
        if path.name != "__pycache__"
    }


def imported_modules(source):
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def mirrors_what_it_tests(test, source, root=ROOT):
    """Whether a test of the folder that its own mirrors: of a namesake below it, or of what it, or a helper beside it, imports from it."""
    folder = test.parent
    namesake = test.stem.removeprefix("test_")
    if folder.name == namesake or any((root / folder).rglob(f"{namesake}.py")):
        return True
    package = ".".join(folder.parts)
    is_of_module = (root / folder).with_suffix(".py").exists()
    own = (f"{package}.", f"tests.{package}.") if is_of_module else (f"{package}.",)
    return any(f"{name}.".startswith(own) for name in imported_modules(source))


def test_each_test_stands_where_what_it_tests_stands():
    tests = {
        path.relative_to(ROOT / "tests"): path.read_text("utf-8")
        for top in (*CORE, *EDGES)
        for path in (ROOT / "tests" / top).rglob("test_*.py")
    }
    assert tests
    assert {test.parent for test in tests} - own_folders() == set()
    astray = [str(test) for test, text in tests.items() if not mirrors_what_it_tests(test, text)]
    assert astray == []


def test_a_test_of_something_else_is_seen_to_stand_astray():
    assert mirrors_what_it_tests(Path("sms/test_segments.py"), "")
    assert mirrors_what_it_tests(Path("sms/test_long_texts.py"), "from sms import segments")
    assert not mirrors_what_it_tests(Path("sms/test_long_texts.py"), "import smsx, flows.engine")


def test_every_top_package_has_its_place_in_the_contracts():
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"benchmarks", "tests"}
    with (ROOT / "pyproject.toml").open("rb") as file:
        settings = tomllib.load(file)["tool"]
    contracts = settings["importlinter"]
    layers = {
        name.strip()
        for contract in contracts["contracts"]
        for layer in contract.get("layers", ())
        for name in layer.split("|")
    }
    assert packages == set(contracts["root_packages"]) == layers
    assert packages == {*CORE, *EDGES}
    assert packages <= set(settings["basedpyright"]["include"])


def test_no_file_names_a_registry_or_a_place_on_a_machine():
    # Put together here, so that this file does not hold what it looks for.
    hosts = [
        "pypi" + ".org",
        "python" + "hosted.org",
        "registry." + "npm" + "js",
        "registry." + "yarn" + "pkg",
        "deb." + "debian",
        "crates" + ".io",
    ]
    places = [
        "/wo" + "rk/main",
        "/ho" + "me/",
        "/op" + "t/wheels",
        "/op" + "t/pypi",
        "/Us" + "ers/",
        "/ro" + "ot/",
    ]
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout, so nothing tells which files are ours")
    named = [
        (path.relative_to(ROOT).as_posix(), word)
        for path in tracked_files()
        if path.is_file()
        for text in [path.read_bytes().decode("utf-8", "replace")]
        for word in [*hosts, *places]
        if word in text
    ]
    assert named == []


def test_no_file_has_a_name_that_a_program_takes_for_an_option():
    # One that is named like an option was written by a program that was asked for something else.
    assert [path.name for path in tracked_files() if path.name.startswith("-")] == []


def test_no_database_is_in_the_tree():
    # One that is was left by a command that was tried here.
    files = [path for path in tracked_files() if path.is_file()]
    assert [path.name for path in files if path.read_bytes()[:6] == b"SQLite"] == []


@pytest.mark.parametrize("name", [".venv", ".tools", "node_modules", "site", "var"])
def test_what_is_made_here_stays_out_of_the_tree_though_it_is_a_link(name, tmp_path):
    # A checkout beside another has a link to what that one fetched.
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / ".gitignore").write_bytes((ROOT / ".gitignore").read_bytes())
    (tmp_path / name).symlink_to(tmp_path.parent)
    asked = ["git", "-C", tmp_path, "status", "--porcelain"]
    assert subprocess.run(asked, capture_output=True, check=True).stdout == b"?? .gitignore\n"


@pytest.mark.parametrize(
    "name", ["requirements.lock", "requirements-dev.lock", "requirements-piper.lock"]
)
def test_every_locked_package_has_a_version_and_a_hash(name):
    entries = (ROOT / name).read_text("utf-8").replace("\\\n", " ").splitlines()
    assert entries
    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []
