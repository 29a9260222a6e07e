"""Sellers' flows as they are opened: what is read of files that are too large."""

from pathlib import Path

from commands.flows_on_disk import reader
from commands.opening import open_flows
from flows.source import FILE_BYTES_MAX
from grammars.srgs.encoding import GRAMMAR_BYTES_MAX
from store.compiled import CompiledFlows
from tests.flows.shops import SHOP


def test_of_a_file_beside_a_flow_no_more_is_read_than_shows_that_it_is_too_large(
    tmp_path: Path,
) -> None:
    flow, beside = tmp_path / "seller.flow", tmp_path / "menu.csv"
    flow.write_text(SHOP, "utf-8")
    with beside.open("wb") as file:
        file.truncate(2 * GRAMMAR_BYTES_MAX)
    assert len(reader(flow)("menu.csv")) == GRAMMAR_BYTES_MAX + 1
    with flow.open("ab") as file:
        file.truncate(FILE_BYTES_MAX + 1)
    [opened] = open_flows(iter([flow]), CompiledFlows(":memory:"))
    assert f"the file has more than {FILE_BYTES_MAX} bytes" in "".join(opened.errors)
