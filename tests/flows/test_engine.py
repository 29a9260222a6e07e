import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from flows import effects
from flows.inputs import Buyer, HungUp, Keys, Line, Opened, Order, Outcome, Silence, Speech, Text
from flows.machine import STEPS_PER_TURN_MAX
from flows.replies import TURNS_AFTER_LIMIT_MAX
from flows.resumption import RESUME_OFFER_MAX_S
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


BY_CHANNEL = """
step start
  menu 请选择
    en: Choose
    on voice 1 下单 -> voice_order
      en: Order
    on sms 1 订购 -> text_order
      en: Buy
    2 再见 -> bye
      en: Bye
    on ussd 3 帮助  [if channel == "ussd"] -> bye
      en: Help

step voice_order
  say 电话
    en: By phone
  goodbye

step text_order
  say 短信
    en: By text
  goodbye

step agent
  goodbye

step bye
  say 再见
    en: Bye
  goodbye
"""
ANYWHERE_TAKE = "  on sms <what:product> <count:number> -> take\n"


@pytest.mark.parametrize(
    ("channel", "shown"),
    [
        ("voice", "请选择 下单请按1，再见请按2。"),
        ("sms", "请选择\n1 订购\n2 再见"),
        ("ussd", "请选择\n2.再见\n3.帮助"),
    ],
)
def test_a_menu_shows_the_options_of_its_channel(channel: str, shown: str) -> None:
    assert Visitor(machine_of(BY_CHANNEL, SHOP.replace(ANYWHERE_TAKE, "")), channel).opens() == [
        shown
    ]


@pytest.mark.parametrize(
    ("channel", "said", "heard"),
    [
        ("sms", "1", "短信"),
        ("sms", "订购", "短信"),
        ("sms", "我想下单", "请选择\n1 订购\n2 再见"),
        ("ussd", "1", "请选择\n2.再见\n3.帮助"),
        ("ussd", "3", "再见"),
    ],
)
def test_an_option_is_chosen_on_its_channel_alone(channel: str, said: str, heard: str) -> None:
    visitor = Visitor(machine_of(BY_CHANNEL, SHOP.replace(ANYWHERE_TAKE, "")), channel)
    visitor.opens()
    assert visitor.says(said)[-1] == heard


def test_a_key_may_mean_one_thing_on_calls_and_another_in_texts() -> None:
    visitor = Visitor(machine_of(BY_CHANNEL, SHOP.replace(ANYWHERE_TAKE, "")), "voice")
    visitor.opens()
    visitor.give(Keys("1"))
    assert visitor.heard() == ["电话"]


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


def test_each_channel_words_a_menu_its_own_way() -> None:
    said = {}
    for channel in ("sms", "ussd", "voice"):
        visitor = Visitor(machine_of(), channel)
        visitor.opens()
        said[channel] = visitor.says("1", "1")[0]
    assert said["sms"] == "共2.50\n1 下单\n2 再加"
    assert said["ussd"] == "共2.50\n1.下单\n2.再加"
    assert said["voice"].endswith("下单请按1，再加请按2。")


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


def test_what_is_sold_out_is_named_and_the_flow_goes_on() -> None:
    visitor = Visitor(machine_of())
    visitor.says("西瓜 2", "1")
    heard = visitor.learns("sold out", missing="2")
    assert heard == ["大西瓜没有了", "要什么？"]
    assert visitor.session is not None
    assert visitor.session.cart == ()


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


def test_a_late_outcome_moves_nobody() -> None:
    visitor = Visitor(machine_of())
    visitor.opens()
    before = visitor.at
    assert visitor.learns("ok", number="A9") == []
    assert visitor.at == before


def test_a_text_while_an_outcome_is_awaited_is_asked_to_wait() -> None:
    visitor = Visitor(machine_of())
    visitor.says("苹果 2", "1")
    assert visitor.says("好了吗") == ["正在处理，请稍候。"]
    assert visitor.at == "place.order1"


def test_who_calls_again_while_an_outcome_is_awaited_does_not_begin_anew() -> None:
    visitor = Visitor(machine_of())
    visitor.says("苹果 2", "1")
    assert visitor.opens() == ["正在处理，请稍候。"]
    assert visitor.learns("ok", number="A1", eta="x")[0].startswith("订单A1")


def test_an_outcome_is_waited_for_longer_than_a_session_lasts_but_no_longer_than_a_day() -> None:
    visitor = Visitor(machine_of())
    visitor.says("苹果 2", "1")
    visitor.now += 2 * 3600 + 1
    assert visitor.says("好了吗") == ["正在处理，请稍候。"]
    visitor.now += 86_401
    assert visitor.says("好了吗") == ["要什么？"]


def test_a_session_that_ran_out_offers_to_go_on_and_does() -> None:
    visitor = Visitor(machine_of())
    visitor.says("苹果 2")
    visitor.now += 2 * 3600 + 1
    assert visitor.says("喂") == ["您上次的订单还没有完成（苹果x2）。继续吗？\n1 继续\n2 重新开始"]
    assert visitor.says("1") == ["共5.00\n1 下单\n2 再加"]


def test_a_session_that_ran_out_can_begin_again() -> None:
    visitor = Visitor(machine_of())
    visitor.says("苹果 2")
    visitor.now += 3 * 3600
    visitor.says("喂")
    assert visitor.says("2") == ["要什么？"]
    assert visitor.session is not None
    assert visitor.session.cart == ()


def test_a_session_exactly_at_its_limit_still_goes_on() -> None:
    visitor = Visitor(machine_of())
    visitor.says("苹果 2")
    visitor.now += 2 * 3600
    visitor.says("1")
    assert visitor.has(effects.PlaceOrder)


def test_after_a_day_nothing_is_offered() -> None:
    visitor = Visitor(machine_of())
    visitor.says("苹果 2")
    visitor.now += RESUME_OFFER_MAX_S + 1
    assert visitor.says("喂") == ["要什么？"]


def test_anywhere_works_instead_of_the_offer_to_go_on() -> None:
    visitor = Visitor(machine_of())
    visitor.says("苹果 2")
    visitor.now += 3 * 3600
    visitor.says("人工")
    assert visitor.effects == [effects.HandOver("sales")]


def test_a_dropped_call_is_offered_to_go_on_at_the_next() -> None:
    visitor = Visitor(machine_of(), "voice")
    visitor.opens()
    visitor.give(Keys("1"))
    visitor.give(HungUp())
    assert visitor.heard() == []
    visitor.give(Opened())
    assert visitor.heard()[0].startswith("您上次还没有说完。继续吗？")
    visitor.give(Keys("1"))
    assert visitor.heard() == ["要几个？"]


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


def test_an_option_whose_guard_is_false_is_neither_shown_nor_taken() -> None:
    machine = machine_of("""
step start
  menu 选
    1 再来 [if buyer.has_last_order] -> again
    2 走 -> bye

step again
  set cart = buyer.last_order.lines
  say {{ cart.summary }}
  goodbye

step take
  goodbye

step agent
  goodbye

step bye
  goodbye
""")
    new = Visitor(machine)
    assert new.opens() == ["选\n2 走"]
    new.says("1")
    assert new.at == "start.1"
    order = Order("A1", "placed", 250, "x", (Line("1", 1), Line("gone", 2)))
    known = Visitor(machine, buyer=Buyer("1", last_order=order))
    assert known.opens() == ["选\n1 再来\n2 走"]
    assert known.says("1") == ["苹果x1"]


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
    visitor.says("1")
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


def test_a_session_of_a_program_that_lost_its_question_begins_again() -> None:
    visitor = Visitor(machine_of())
    visitor.opens()
    assert visitor.session is not None
    visitor.session = replace(visitor.session, at="nowhere.7")
    assert visitor.says("1") != []
    assert visitor.at.startswith(("start", "take"))


CALLED = """
step start
  call where
  say 送到{{{{ place }}}}
    en: To {{{{ place }}}}
  goodbye

step where
  ask place as address
    say 送到哪里？
      en: Where to?
    tries 1 then -> agent
  return

step agent
  hand over to sales
    when busy -> bye
    when timeout -> bye
{below}
step bye
  say 再见
    en: Bye
  goodbye
"""


def handed_over(below: str) -> Visitor:
    visitor = Visitor(machine_of(CALLED.format(below=below), SHOP.replace(ANYWHERE_TAKE, "")))
    visitor.opens()
    visitor.says(" ")
    assert visitor.has(effects.HandOver)
    visitor.learns("ok")
    return visitor


def test_a_session_ends_with_the_person_also_in_a_called_step() -> None:
    visitor = handed_over("")
    assert visitor.over
    assert visitor.heard() == []


def test_what_stands_below_a_hand_over_is_done_after_it() -> None:
    assert handed_over("  say 谢谢\n    en: Thanks\n  goodbye\n").heard() == ["谢谢"]


def test_a_return_below_a_hand_over_goes_back_to_the_call() -> None:
    visitor = Visitor(
        machine_of(
            CALLED.format(below='  set place = "B"\n  return\n'), SHOP.replace(ANYWHERE_TAKE, "")
        )
    )
    visitor.opens()
    visitor.says(" ")
    assert visitor.learns("ok") == ["送到B"]


WAYS = """
step start
  hand over to sales
    when busy -> busy
    when timeout -> late
{more}
step busy
  say 忙
  goodbye

step late
  ask note as text
    say 请留言
  goodbye

step gone
  say 走了
  goodbye
"""


@pytest.mark.parametrize(
    ("outcome", "more", "heard"),
    [
        ("closed", "", ["忙"]),
        ("failed", "", ["忙"]),
        ("hangup", "", ["请留言"]),
        ("closed", "    when closed -> gone\n", ["走了"]),
        ("hangup", "    when hangup -> gone\n", ["走了"]),
    ],
)
def test_a_hand_over_without_a_way_for_what_came_back_takes_another(outcome, more, heard) -> None:
    shop = SHOP.replace(ANYWHERE_TAKE, "").replace("languages zh, en", "languages zh")
    visitor = Visitor(machine_of(WAYS.format(more=more), shop))
    visitor.opens()
    assert visitor.learns(outcome) == heard
    assert not visitor.has(effects.Trouble)


ADDRESSED = """
step start
  ask where as address of buyer
    say 送到哪里？
      en: Where to?
    confirm
  set buyer.address = where
  say 送到{{ where }}
    en: To {{ where }}
  goodbye
"""
ADDRESSES = ("文三路1号", "人民路2号", "解放路3号")


def at_address(channel: str = "sms", addresses: tuple[str, ...] = ADDRESSES) -> Visitor:
    first, *earlier = addresses or ("",)
    buyer = Buyer("13800138000", address=first, earlier=tuple(earlier))
    machine = machine_of(
        ADDRESSED, SHOP.split("anywhere")[0].replace("  tries 3 then -> agent\n", "")
    )
    return Visitor(machine, channel, buyer)


@pytest.mark.parametrize(
    ("channel", "addresses", "shown"),
    [
        ("sms", ADDRESSES, "送到哪里？\n1 文三路1号\n2 人民路2号\n3 解放路3号"),
        ("ussd", ADDRESSES, "送到哪里？\n1.文三路1号"),
        ("voice", ADDRESSES[:2], "送到哪里？文三路1号请按1，人民路2号请按2。"),
        ("sms", (), "送到哪里？"),
        ("sms", ("文" * 120,), "送到哪里？\n1 " + "文" * 30),
    ],
)
def test_known_addresses_are_offered(channel: str, addresses: tuple[str, ...], shown: str) -> None:
    assert at_address(channel, addresses).opens() == [shown]


def test_a_known_address_is_chosen_by_its_key_and_is_the_latest_from_then_on() -> None:
    visitor = at_address()
    visitor.opens()
    assert visitor.says("２") == ["送到人民路2号"]
    assert visitor.buyer.addresses == ("人民路2号", "文三路1号", "解放路3号")


def test_a_new_address_takes_the_place_of_the_oldest() -> None:
    visitor = at_address()
    visitor.opens()
    assert visitor.says("中山路4号") == ["送到中山路4号"]
    assert visitor.buyer.addresses == ("中山路4号", "文三路1号", "人民路2号")


def test_a_key_without_an_address_is_no_address() -> None:
    visitor = at_address("sms", ADDRESSES[:1])
    visitor.opens()
    visitor.says("2")
    assert visitor.at == "start.1"


def test_a_caller_who_presses_the_key_of_a_known_address_is_not_asked_to_confirm_it() -> None:
    visitor = at_address("voice")
    visitor.opens()
    visitor.give(Keys("1"))
    assert visitor.heard() == ["送到文三路1号"]


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
