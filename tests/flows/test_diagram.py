"""A drawing shows every step and every way, points out what is missing, and nothing in it overlaps."""

from __future__ import annotations

import random
import re
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.diagnostic import Diagnostic
from flows.diagram import Marks, to_mermaid, to_svg
from flows.diagram.layout import BOX_WIDTH, height, lay_out
from flows.diagram.picture import picture
from flows.diagram.type import fitted, text_width
from flows.folder import flow_of
from flows.syntax import Flow, Span, Step

EXAMPLE = (
    Path(sys.modules["flows.syntax"].__file__ or "").parent / "library/noodles/seller.flow"
).read_text(encoding="utf-8")
SVG = "{http://www.w3.org/2000/svg}"


def flow(text: str) -> Flow:
    return flow_of("x", text)[0]


def texts(svg: str) -> list[str]:
    root = ET.fromstring(svg)
    return ["".join(t.itertext()) for t in root.iter(f"{SVG}text")]


def many(steps: int, seed: int) -> Flow:
    chance = random.Random(seed)
    names = ["start", *(f"step_{i}" for i in range(1, steps))]
    lines: list[str] = ["anywhere", "  0 Agent -> step_1"]
    for i, name in enumerate(names):
        near = names[max(0, i - 3) : i + 8]
        lines += [f"step {name}", "  menu 请选择您要的商品或服务："]
        for key in range(1, chance.randint(2, 6)):
            lines.append(f"    {key} 选项{key} -> {chance.choice(near)}")
        lines.append(f"  if x > 3 -> {chance.choice(near)}")
    return flow("\n".join(lines))


def test_every_step_and_its_words_are_in_the_picture() -> None:
    shown = texts(to_svg(flow(EXAMPLE)))
    for block in flow(EXAMPLE).blocks:
        if isinstance(block, Step):
            assert any(block.name in text for text in shown), block.name
    assert any("想吃什么" in text for text in shown)
    assert any("下单" in text for text in shown)


def test_every_way_out_is_an_arrow_or_a_tag() -> None:
    drawn = picture(flow(EXAMPLE))
    ways = [row.target for box in drawn.boxes for row in box.rows if row.target]
    svg = to_svg(flow(EXAMPLE))
    arrows = svg.count('class="way ')
    tags = svg.count('<g class="tag ')
    assert arrows + tags == len(ways)
    assert arrows == len(lay_out(drawn).arrows)


@pytest.mark.parametrize("seed", range(3))
def test_sixty_steps_stand_apart(seed: int) -> None:
    drawn = picture(many(60, seed))
    layout = lay_out(drawn)
    frames = [(x, y, height(b)) for (x, y), b in zip(layout.at, drawn.boxes, strict=True)]
    for i, (x, y, tall) in enumerate(frames):
        assert x >= 0
        assert y >= 0
        assert x + BOX_WIDTH <= layout.width
        assert y + tall <= layout.height
        for u, v, other in frames[i + 1 :]:
            assert x != u or y + tall < v or v + other < y


def test_an_arrow_runs_from_one_column_to_the_next() -> None:
    drawn = picture(many(60, 1))
    layout = lay_out(drawn)
    gaps = {layout.at[a.target][0] - layout.at[a.source][0] for a in layout.arrows}
    assert len(gaps) == 1
    assert gaps.pop() > BOX_WIDTH


def test_kinds_of_steps_differ() -> None:
    kinds = {box.name: box.kind for box in picture(flow(EXAMPLE)).boxes}
    assert (kinds["place"], kinds["agent"], kinds["bye"]) == ("order", "agent", "goodbye")
    assert (kinds["main"], kinds["quick_add"]) == ("question", "plain")


def test_a_step_that_is_not_there_is_red() -> None:
    broken = flow("step start\n  menu Hi\n    1 Order -> nowhere\n")
    assert '<g class="tag missing">' in to_svg(broken)
    assert "✗ nowhere" in texts(to_svg(broken))
    assert re.search(r's\d+\["nowhere"\]:::missing', to_mermaid(broken))


def test_a_step_nothing_leads_to_is_dotted() -> None:
    svg = to_svg(flow("step start\n  goodbye\nstep alone\n  goodbye\n"))
    assert 'class="goodbye lost" id="step-alone"' in svg
    assert 'class="goodbye" id="step-start"' in svg


def test_missed_ways_and_findings_are_marked() -> None:
    read = flow("step start\n  menu Hi\n    1 Order -> b\n    2 Stop -> start\nstep b\n  goodbye\n")
    found = (
        Diagnostic("F105", "x", "warning", "turns for ever", Span("step start", 1, 1, 1)),
        Diagnostic("F103", "x", "error", "ends nowhere", Span("step start", 2, 1, 1)),
    )
    svg = to_svg(read, Marks.of(found, {("step start", 3), ("step start", 4)}))
    assert svg.count('class="missedrow"') == 2
    assert 'class="way option missed"' in svg
    assert 'class="error"' in svg
    assert "F105 turns for ever\nF103 ends nowhere" in svg
    assert "-.->" in to_mermaid(read, Marks.of((), {("step start", 3)}))


def test_what_a_seller_wrote_cannot_break_out_of_the_page() -> None:
    hostile = 'step start\n  menu <script>alert("1")</script> & "\n    1 ]]><b> -> s"x\n'
    svg = to_svg(flow(hostile))
    assert "<script" not in svg
    ET.fromstring(svg)
    assert "<script" not in to_mermaid(flow(hostile))


def test_mermaid_names_each_step_once_and_labels_its_ways() -> None:
    chart = to_mermaid(flow(EXAMPLE))
    assert chart.startswith("flowchart TD\n")
    assert chart.count("<b>take_order</b>") == 1
    assert re.search(r's\d+ -->\|"1 下单"\| s\d+', chart)
    assert re.search(r's\d+\[\["<b>place</b>', chart)


def test_a_flow_without_steps_is_an_empty_page() -> None:
    ET.fromstring(to_svg(flow("")))
    assert to_mermaid(flow("")).startswith("flowchart")


def test_a_text_is_cut_to_its_room() -> None:
    assert fitted("您好", 26) == "您好"
    cut = fitted("您好，欢迎光临老王面馆", 80)
    assert cut.endswith("…")
    assert text_width(cut, 13) <= 80


LINES = st.sampled_from([line for line in EXAMPLE.split("\n") if line.strip()])


@settings(max_examples=60, deadline=None)
@given(st.lists(LINES, max_size=30))
def test_a_flow_of_any_lines_is_drawn(lines: list[str]) -> None:
    read = flow("\n".join(lines))
    ET.fromstring(to_svg(read))
    to_mermaid(read)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_a_flow_that_says_anything_is_a_page_that_parses(text: str) -> None:
    words = " ".join(text.split()) or "x"
    ET.fromstring(to_svg(flow(f"step start\n  say {words}\n  -> start\n")))
