"""The engine: a buyer's words in, what they read and what a shop is asked for out."""

from hypothesis import given, settings
from hypothesis import strategies as st

from flows import effects
from flows.inputs import Buyer, HungUp, Keys, Line, Opened, Outcome, Silence, Speech, Text
from flows.machine import STEPS_PER_TURN_MAX
from flows.replies import TURNS_AFTER_LIMIT_MAX
from flows.session import SESSION_BYTES_MAX, pack, unpack
from tests.flows.shops import NOON, ORDER, SHOP, Visitor, kinds, machine_of


def test_an_order_goes_from_the_first_text_to_goodbye() -> None:
    visitor = Visitor(machine_of())
    assert visitor.opens() == ["要什么？"]
    assert visitor.says("苹果") == ["要几个？"]
    assert visitor.says("2") == ["共5.00\n1 下单\n2 再加"]
    visitor.says("1")
    assert visitor.effects == [effects.PlaceOrder((Line("1", 2),), 500, "")]
    assert visitor.learns("ok", number="A0001", eta="12:30") == ["订单A0001，12:30到"]
    assert kinds(visitor.effects) == ["Say", "Goodbye"]
    assert visitor.over


def test_a_first_text_that_already_orders_is_acted_on_without_the_question() -> None:
    visitor = Visitor(machine_of())
    assert visitor.says("苹果 2") == ["共5.00\n1 下单\n2 再加"]


def test_a_first_text_that_says_nothing_gets_the_question() -> None:
    assert Visitor(machine_of()).says("你好") == ["要什么？"]


def test_words_around_a_name_do_not_hide_it() -> None:
    visitor = Visitor(machine_of())
    visitor.opens()
    assert visitor.says("我要苹果") == ["要几个？"]
    assert visitor.session is not None
    assert visitor.session.values["what"] == "1"


def test_a_text_that_says_no_to_a_name_does_not_choose_it() -> None:
    visitor = Visitor(machine_of())
    visitor.opens()
    visitor.says("不要苹果")
    assert visitor.at == "start.1"
    assert visitor.session is not None
    assert visitor.session.tries == 1


def test_two_names_in_one_text_choose_neither() -> None:
    visitor = Visitor(machine_of())
    visitor.opens()
    visitor.says("苹果还是西瓜")
    assert visitor.at == "start.1"


def test_a_longer_name_hides_the_shorter_one_inside_it() -> None:
    visitor = Visitor(machine_of())
    visitor.opens()
    visitor.says("来大西瓜")
    assert visitor.session is not None
    assert visitor.session.values["what"] == "2"


def test_full_width_and_traditional_writing_are_understood() -> None:
    visitor = Visitor(machine_of())
    visitor.opens()
    assert visitor.says("蘋果", "２") == ["共5.00\n1 下单\n2 再加"]


def test_nonsense_is_told_apart_and_ends_at_the_agent_after_the_tries() -> None:
    visitor = Visitor(machine_of())
    visitor.opens()
    assert visitor.says("???")[-1] == "要什么？"
    visitor.says("???")
    assert visitor.at == "start.1"
    visitor.says("???")
    assert visitor.effects == [effects.HandOver("sales")]


def test_tries_begin_again_at_the_next_question() -> None:
    visitor = Visitor(machine_of())
    visitor.opens()
    visitor.says("???", "???", "1", "???", "???")
    assert visitor.at == "start.2"


def test_silence_and_nonsense_have_their_own_words_for_each_try() -> None:
    visitor = Visitor(
        machine_of("""
step start
  menu 选
    1 好 -> start
    no input 还在吗
    no input 再见了吗
    no match 不懂
    no match 还是不懂
    tries 5 then -> start
"""),
        "voice",
    )
    visitor.opens()
    visitor.give(Silence())
    assert visitor.heard()[0] == "还在吗"
    visitor.give(Silence())
    assert visitor.heard()[0] == "再见了吗"
    visitor.give(Speech("嗯", 0.9))
    assert visitor.heard()[0] == "还是不懂"


def test_speech_that_was_hardly_heard_is_not_understood() -> None:
    visitor = Visitor(machine_of(), "voice")
    visitor.opens()
    visitor.give(Speech("苹果", 0.2))
    assert visitor.at == "start.1"
    visitor.give(Speech("苹果", 0.8))
    assert visitor.at == "start.2"


def test_keys_on_a_call_may_end_with_hash() -> None:
    visitor = Visitor(machine_of(), "voice")
    visitor.opens()
    visitor.give(Keys("1#"))
    visitor.give(Keys("2"))
    assert visitor.heard() == ["共5.00 下单请按1，再加请按2。"]


def test_a_buyer_is_spoken_to_in_the_language_known_of_them() -> None:
    visitor = Visitor(machine_of(), buyer=Buyer("1", language="en"))
    assert visitor.opens() == ["What would you like?"]
    assert visitor.says("apple") == ["How many?"]


def test_anywhere_works_at_every_question_and_leaves_calls_behind() -> None:
    visitor = Visitor(machine_of())
    visitor.opens()
    visitor.says("1", "人工")
    assert visitor.effects == [effects.HandOver("sales")]


def test_an_answer_goes_before_anywhere_and_anywhere_before_free_words() -> None:
    machine = machine_of("""
step start
  ask count as number 0..9
    say 几个
  ask note as text
    say 留言
  -> start

step take
  -> start

step agent
  goodbye
""")
    visitor = Visitor(machine)
    visitor.opens()
    visitor.says("0")
    assert visitor.at == "start.2"
    visitor.says("0")
    assert visitor.over


def test_the_cart_can_be_named_after_the_order_and_the_next_add_begins_anew() -> None:
    machine = machine_of(
        ORDER.replace("到\n    en", "到：{{ cart.summary }}\n    en").replace(
            "  goodbye\n\nstep sold_out", "  -> start\n\nstep sold_out"
        )
    )
    visitor = Visitor(machine)
    visitor.says("苹果 2", "1")
    assert visitor.learns("ok", number="A1", eta="x")[0] == "订单A1，x到：苹果x2"
    visitor.says("西瓜", "1")
    assert visitor.session is not None
    assert visitor.session.cart == (Line("2", 1),)


def test_placing_the_same_cart_twice_is_refused() -> None:
    machine = machine_of(ORDER.replace("  goodbye\n\nstep sold_out", "  -> place\n\nstep sold_out"))
    visitor = Visitor(machine)
    visitor.says("苹果 2", "1")
    visitor.learns("ok", number="A1", eta="x")
    assert "Trouble" in kinds(visitor.effects)
    assert not visitor.has(effects.PlaceOrder)


def test_confirm_reads_an_answer_back_on_a_call_only() -> None:
    steps = """
step start
  ask where as address
    say 地址
    confirm
  say 送到{{ where }}
  goodbye

step take
  goodbye

step agent
  goodbye
"""
    caller = Visitor(machine_of(steps), "voice")
    caller.opens()
    caller.give(Speech("文三路一号", 0.9))
    assert caller.heard() == ["您说的是文三路一号，对吗？是请按1，不是请按2。"]
    caller.give(Keys("2"))
    assert caller.heard() == ["地址"]
    caller.give(Speech("文二路", 0.9))
    caller.give(Keys("1"))
    assert caller.heard() == ["送到文二路"]
    writer = Visitor(machine_of(steps))
    writer.opens()
    assert writer.says("文三路") == ["送到文三路"]


def test_a_called_step_comes_back_with_its_parameters_set() -> None:
    visitor = Visitor(
        machine_of("""
step start
  call greet("王", 2)
  say 回来了
  goodbye

step greet(name, times)
  if times == 0
    return
  say 你好{{ name }}
  return

step take
  goodbye

step agent
  goodbye
""")
    )
    assert visitor.opens() == ["你好王", "回来了"]


def test_calls_deeper_than_the_limit_end_with_an_apology() -> None:
    visitor = Visitor(
        machine_of("""
step start
  call start
  goodbye

step take
  goodbye

step agent
  goodbye
""")
    )
    visitor.opens()
    assert kinds(visitor.effects) == ["Say", "Trouble", "Goodbye"]


def test_a_loop_without_a_question_is_stopped() -> None:
    visitor = Visitor(
        machine_of("""
step start
  say 又来
  -> start

step take
  goodbye

step agent
  goodbye
""")
    )
    visitor.opens()
    assert len(visitor.heard()) == STEPS_PER_TURN_MAX + 1
    assert visitor.has(effects.Trouble)
    assert visitor.over


def test_max_turns_sends_the_buyer_on_once_and_then_ends() -> None:
    visitor = Visitor(
        machine_of(
            """
step start
  menu 选
    1 又 -> start

step take
  goodbye

step agent
  menu 人
    1 又 -> agent
""",
            SHOP.replace("  sms session 2h", "  max turns 3 then -> agent"),
        )
    )
    visitor.opens()
    visitor.says("1", "1")
    assert visitor.at == "start.1"
    visitor.says("1")
    assert visitor.at == "agent.1"
    for _ in range(TURNS_AFTER_LIMIT_MAX - 1):
        visitor.says("1")
    assert visitor.at == "agent.1"
    assert visitor.says("1") == ["抱歉，出了点问题，请稍后再试。"]
    assert visitor.over


def test_a_value_that_is_not_there_ends_with_an_apology_not_a_crash() -> None:
    visitor = Visitor(
        machine_of("""
step start
  say 订单{{ buyer.last_order.number }}
  goodbye

step take
  goodbye

step agent
  goodbye
""")
    )
    assert visitor.opens() == ["抱歉，出了点问题，请稍后再试。"]
    assert visitor.has(effects.Trouble)


def test_a_buyers_words_are_never_a_template() -> None:
    visitor = Visitor(
        machine_of("""
step start
  ask note as text
    say 留言
  say 收到{{ note }}
  goodbye

step take
  goodbye

step agent
  goodbye
""")
    )
    visitor.opens()
    assert visitor.says("{{ 7*7 }}{% for x in y %}%s") == ["收到{{ 7*7 }}{% for x in y %}%s"]


def test_the_language_can_be_changed_and_is_kept() -> None:
    visitor = Visitor(
        machine_of("""
step start
  set lang = "en"
  say 你好
    en: Hello
  goodbye

step take
  goodbye

step agent
  goodbye
""")
    )
    assert visitor.opens() == ["Hello"]
    assert visitor.buyer.language == "en"


def test_a_session_survives_packing() -> None:
    visitor = Visitor(machine_of())
    visitor.says("苹果 2")
    assert visitor.session is not None
    assert unpack(pack(visitor.session)) == visitor.session
    assert len(pack(visitor.session)) <= 150


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.builds(Text, st.text(max_size=40)),
            st.sampled_from([Text("1"), Text("2"), Text("苹果"), Text("0"), Text("西瓜 9")]),
            st.builds(Keys, st.text("0123456789*#", max_size=4)),
            st.builds(Speech, st.text(max_size=10), st.floats(0, 1)),
            st.sampled_from([Silence(), HungUp(), Opened(), Outcome("ok"), Outcome("sold out")]),
            st.builds(Outcome, st.text(max_size=8)),
        ),
        max_size=30,
    ),
    st.sampled_from(["sms", "ussd", "voice"]),
    st.integers(0, 100_000),
)
def test_no_sequence_of_inputs_breaks_a_session(
    inputs: list[Text], channel: str, pause: int
) -> None:
    visitor = Visitor(_MACHINE, channel)
    for given_input in inputs:
        visitor.give(given_input)
        assert visitor.session is not None
        assert len(pack(visitor.session)) <= SESSION_BYTES_MAX
        assert visitor.over or visitor.at.lstrip("~?") in _MACHINE.program.waits
        visitor.now += pause


_MACHINE = machine_of()


def test_the_same_arguments_give_the_same_result() -> None:
    first, second = Visitor(machine_of()), Visitor(machine_of())
    for visitor in (first, second):
        visitor.says("苹果 2", "1")
        visitor.learns("ok", number="A1", eta="x")
    assert first.session == second.session
    assert first.effects == second.effects


def test_a_closed_shop_is_closed_and_a_night_shift_is_open_after_midnight() -> None:
    steps = """
step start
  if shop.is_closed
    say 打烊
  else
    say 营业
  goodbye

step take
  goodbye

step agent
  goodbye
"""
    shop = SHOP.replace("  delivery 30m", "  open mon-fri 18:00-02:00\n  closed 2026-11-25")
    machine = machine_of(steps, shop)
    hour = 3600
    assert Visitor(machine, now=NOON).opens() == ["打烊"]
    assert Visitor(machine, now=NOON + 7 * hour).opens() == ["营业"]
    assert Visitor(machine, now=NOON + 13 * hour).opens() == ["营业"]
    assert Visitor(machine, now=NOON + 14 * hour).opens() == ["打烊"]
    assert Visitor(machine, now=NOON + 31 * hour).opens() == ["打烊"]


def test_an_announcement_says_that_it_is_to_be_heard_to_its_end() -> None:
    visitor = Visitor(
        machine_of(
            """
step start
  announce 通话将被录音。
  say 您好。
  goodbye

step take
  goodbye

step agent
  goodbye
"""
        )
    )
    visitor.opens()
    said = [effect for effect in visitor.effects if isinstance(effect, effects.Say)]
    assert said == [effects.Say("通话将被录音。", to_its_end=True), effects.Say("您好。")]
