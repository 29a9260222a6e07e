"""Rules of ways, values, orders and people: where they speak, and where they keep silent."""

import pytest

from commands.flows_on_disk import LIBRARY, flow_files, load
from flows.checker import check_flow
from flows.diagnostic import render
from flows.folder import flow_of
from tests.flows.checker.ruling import findings, messages, severities

SHOP = """
flow 1
shop 小店
  languages zh
  channels {channels}
catalog
  item 1 price 2.50 stock 5 苹果
step bye
  say 再见。
  goodbye
step agent
  hand over to sales
    when busy -> bye
    when timeout -> bye
  goodbye
"""


def shop(steps: str, channels: str = "sms, voice") -> str:
    return SHOP.format(channels=channels) + steps


def told(text: str) -> list[str]:
    return [diagnostic.code for diagnostic in check_flow(*flow_of("shop", text))]


@pytest.mark.parametrize("path", list(flow_files([LIBRARY])), ids=lambda path: path.parent.name)
def test_every_sample_seller_is_without_errors(path) -> None:
    found = load(path)
    errors = [d for d in check_flow(found.flow, found.diagnostics) if d.severity == "error"]
    assert [render(found.flow, error) for error in errors] == []


def test_a_step_whose_name_was_mistyped_is_told_once() -> None:
    text = shop("step start\n  -> take_oder\nstep take_order\n  goodbye\n")
    assert [code for code in told(text) if code[0] == "F"].count("F102") == 0
    assert "F101" in told(text)


def test_where_a_line_cannot_be_read_nothing_is_told_of_what_it_leaves_behind() -> None:
    text = shop("step start\n  -> order\nstep order(\n  ask count as number 1..9\n  -> bye\n")
    assert set(told(text)) == {"E001"}


def test_a_suppression_silences_its_rule_on_the_next_line_alone() -> None:
    text = shop("step start\n  -> bye\n# ok F102: for spring\nstep spring\n  -> bye\n")
    assert not {"F102", "D903"} & set(told(text))
    assert "F102" in told(text.replace("# ok F102: for spring\n", ""))


def test_a_suppression_that_silences_nothing_is_told_and_can_be_silenced_itself() -> None:
    text = shop("# ok F104: no loop\nstep start\n  -> bye\n")
    assert told(text).count("D903") == 1


def test_findings_stand_in_the_order_of_the_file() -> None:
    text = shop("step start\n  -> nowhere\nstep a\n  -> nothing_here\n")
    flow, found = flow_of("shop", text)
    lines = [render(flow, d).split(":")[1] for d in check_flow(flow, found)]
    assert [int(line) for line in lines] == sorted(int(line) for line in lines)


def test_a_caller_who_comes_round_is_an_error_and_mild_where_turns_are_bounded() -> None:
    text = shop("step start\n  menu 好？\n    1 好 -> bye\n    tries 2 then -> start\n")
    assert severities("F109", text) == ["error"]
    bounded = text.replace("step bye", "defaults\n  max turns 20 then -> bye\nstep bye")
    assert severities("F109", bounded) == ["warning"]
    written = shop("step start\n  menu 好？\n    1 好 -> bye\n    tries 2 then -> start\n", "sms")
    assert severities("F109", written) == ["warning"]


def test_a_question_that_only_failing_leaves_is_a_warning() -> None:
    text = shop("step start\n  menu 好？\n    1 好 -> start\n    tries 2 then -> bye\n")
    assert severities("F106", text) == ["warning"]


def test_an_exit_on_one_channel_is_none_on_another() -> None:
    text = shop(
        "step start\n  menu 好？\n    1 好 -> start\n    on sms 再见 -> bye\n    tries 2 then -> bye\n"
    )
    (message,) = messages("F106", text)
    assert "on voice" in message


def test_leaving_the_list_is_no_exit() -> None:
    text = shop(
        "anywhere\n  on sms 退订 -> stop\n"
        "step start\n  menu 好？\n    1 好 -> start\n    tries 2 then -> bye\n"
        "step stop\n  set buyer.opted_out = yes\n  goodbye\n",
        "sms",
    )
    assert findings("F106", text) != []


def test_orders_that_callers_cannot_reach_are_told_by_channel() -> None:
    text = shop(
        "step start\n  menu 好？\n    on sms 下单 -> order\n    2 再见 -> bye\n"
        "step order\n  place order\n    when sold out -> bye\n    when failed -> bye\n  -> bye\n"
    )
    (message,) = messages("F107", text)
    assert message.endswith("on voice")


def test_a_step_that_is_only_called_may_end_and_one_that_is_led_to_may_not() -> None:
    text = shop("step start\n  call greet\n  -> bye\nstep greet\n  say 您好。\n")
    assert findings("F103", text) == []
    assert len(findings("F103", text.replace("call greet\n  -> bye", "-> greet"))) == 1


def test_a_circle_of_calls_with_a_question_in_it_is_a_warning() -> None:
    text = shop(
        "step start\n  call one\n  -> bye\nstep one\n  ask a as yesno\n  if a\n    call one\n  return\n"
    )
    assert severities("F112", text) == ["warning"]
    assert severities("F112", text.replace("  ask a as yesno\n  if a\n    call", "  call")) == [
        "error"
    ]


@pytest.mark.parametrize(("deep", "count"), [(8, 0), (9, 1)])
def test_calls_may_wait_eight_deep(deep: int, count: int) -> None:
    steps = "".join(f"step s{i}\n  call s{i + 1}\n  return\n" for i in range(deep))
    text = shop(f"step start\n  -> s0\n{steps}step s{deep}\n  say 到了。\n  return\n")
    assert len(findings("F112", text)) == count


@pytest.mark.parametrize(("answers", "count"), [(8, 0), (9, 1)])
def test_eight_answers_before_an_order_are_usual(answers: int, count: int) -> None:
    asks = "".join(f"  ask a{i} as yesno\n" for i in range(answers))
    text = shop(
        f"step start\n{asks}  place order\n    when sold out -> bye\n    when failed -> bye\n  -> bye\n"
    )
    assert len(findings("F108", text)) == count


@pytest.mark.parametrize(
    ("condition", "always"),
    [
        ("n > 9", False),
        ("n >= 1", True),
        ("n == 10", False),
        ("n < 10", True),
        ('lang == "fr"', False),
    ],
)
def test_a_condition_that_never_differs_is_told(condition: str, always: bool) -> None:
    text = shop(f"step start\n  ask n as number 1..9\n  if {condition} -> bye\n  -> bye\n")
    (message,) = messages("F113", text)
    assert ("always" in message) == always


@pytest.mark.parametrize(
    "condition", ["n > 8", "n == 1", 'channel == "sms"', "n > 9 or shop.is_open"]
)
def test_a_condition_that_may_differ_is_not_told(condition: str) -> None:
    text = shop(f"step start\n  ask n as number 1..9\n  if {condition} -> bye\n  -> bye\n")
    assert messages("F113", text) == []


def test_what_is_set_and_used_under_the_same_condition_is_a_warning() -> None:
    text = shop(
        "step start\n  ask sure as yesno\n  if sure\n    set gift = 1\n  say 好。\n"
        "  if sure\n    say {{ gift }}\n  -> bye\n"
    )
    assert severities("V301", text) == ["warning"]


def test_a_finding_points_at_the_name_within_the_text() -> None:
    (finding,) = findings("V301", shop("step start\n  say 送到{{ plaze }}。\n  -> bye\n"))
    assert (finding.span.column, finding.span.width) == (len("  say 送到{{ ") + 1, len("plaze"))


def test_a_last_order_that_the_text_itself_asks_for_is_believed() -> None:
    text = shop(
        "step start\n  say {% if buyer.has_last_order %}{{ buyer.last_order.number }}{% endif %}好\n  -> bye\n"
    )
    assert findings("V306", text) == []


def test_only_one_order_in_a_cart_unless_it_is_changed() -> None:
    order = "  place order\n    when sold out -> bye\n    when failed -> bye\n"
    head = "step start\n  ask what as product of catalog\n  add 1 of what to cart\n"
    assert len(findings("O606", shop(head + order + order + "  -> bye\n"))) == 1
    again = head + order + "  add 2 of what to cart\n" + order + "  -> bye\n"
    assert findings("O606", shop(again)) == []


def test_a_hand_over_that_asks_for_the_hours_needs_no_closed() -> None:
    text = (
        "flow 1\nshop x\n  languages zh\n  channels voice\n  open 09:00-18:00\n"
        "step start\n  {guard}\n  hand over to sales\n    when timeout -> bye\n  goodbye\n"
        "step bye\n  goodbye\n"
    )
    assert findings("A702", text.replace("{guard}", "if shop.is_closed -> bye")) == []
    assert len(findings("A702", text.replace("{guard}", "say 您好。"))) == 1


def test_where_channels_cannot_be_read_nothing_is_told_of_those_assumed() -> None:
    text = shop("step start\n  goodbye\n", channels="语音、微信").replace(
        "  languages zh\n", "  languages zh\n  call back 13*\n"
    )
    assert told(text) == ["E007", "F107"]


@pytest.mark.parametrize("name", ["call back", "send on to", "转外线"])
def test_numbers_to_call_are_read_and_are_for_shops_that_are_called(name: str) -> None:
    steps = "step start\n  -> bye\n"
    line = f"  languages zh\n  {name} 95*, 02088886666\n"
    called, texted = (
        shop(steps, channels).replace("  languages zh\n", line) for channels in ("voice", "sms")
    )
    assert not {"E007", "E009"} & set(told(called))
    (finding,) = findings("E009", texted)
    assert "is for calls, and none come here" in finding.message
    (finding,) = findings("E007", called.replace("95*", "everywhere"))
    assert finding.message == "`everywhere` is no number to call"
    assert finding.help is not None
    assert finding.help.startswith("write 13800138000")


def test_outcomes_are_listed_in_the_words_of_who_wrote_them() -> None:
    (finding,) = findings(
        "F114", shop("step start\n  下订单\n    当 卖光了 -> bye\n    当 失败 -> bye\n")
    )
    assert finding.help == "it may come back 售完, 失败"


@pytest.mark.parametrize(("language", "word"), [("zh", "人工"), ("en", "agent")])
def test_who_is_to_write_a_way_to_a_person_is_told_a_word_of_the_shops_language(
    language: str, word: str
) -> None:
    flow = shop("step start\n  ask one as product of catalog\n  -> bye\n")
    flow = flow.replace("languages zh", f"languages {language}")
    helps = [d.help for d in check_flow(*flow_of("shop", flow)) if d.code == "A701"]
    assert helps == [f"write `0 {word} -> agent` under `anywhere`"]
