"""The desk and the supervisor's page in a real browser, on a floor of one queue."""

import re

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page, expect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from center.desk.card import BasketLine, Goods
from center.desk.desk import RefusedError
from center.desk.sitting import SEAT_LOST
from tests.browser import noticed
from tests.waiting import until
from tests.web.agent.floor import CALL, TEXTS
from tests.web.agent.site import Site, assert_fits, be_ready, sign_in, talk
from web.accounts.routes import COOKIE
from web.agent.messages import (
    TEXT_CHARACTERS_MAX,
    WORD_CHARACTERS_MAX,
    Transfer,
    Write,
    check_lengths,
)


def test_on_a_telephone_what_is_written_stands_beside_its_button(page: Page, site: Site):
    page.set_viewport_size({"width": 390, "height": 844})
    be_ready(page, site)
    site.offer(TEXTS)
    site.stage(TEXTS.contact, "talking")
    expect(page.locator("#text")).to_be_visible()
    text, button = (page.locator(f"#write {name}").bounding_box() for name in ("#text", "button"))
    assert text is not None
    assert button is not None
    assert abs(text["y"] - button["y"]) < button["height"] / 2
    assert text["width"] > 390 / 2
    # The page may be longer than the screen, and no wider.
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_on_a_telephone_who_has_nobody_sees_the_whole_list(page: Page, site: Site):
    page.set_viewport_size({"width": 390, "height": 844})
    be_ready(page, site)
    contacts, empty = (page.locator(f"main > {name}").bounding_box() for name in ("nav", "#empty"))
    assert contacts is not None
    assert empty is not None
    assert contacts["width"] > 390 * 0.9
    assert empty["y"] >= contacts["y"] + contacts["height"]


def test_a_call_rings_is_answered_ordered_for_and_wrapped_up(page: Page, site: Site):
    be_ready(page, site)
    site.offer(CALL)
    expect(page.locator("#contacts li.offered")).to_contain_text("陈女士")
    expect(page.locator("#lines li").last).to_have_text("[2]")
    page.keyboard.press("Alt+a")
    expect(page.locator("#contacts li.talking")).to_be_visible()

    page.select_option("#goods", "201")
    page.click("#add button")
    expect(page.locator("#total")).to_have_text("¥42.00")
    page.fill("#basket tbody tr:nth-child(2) input", "0")
    page.press("#basket tbody tr:nth-child(2) input", "Tab")
    expect(page.locator("#total")).to_have_text("¥36.00")
    page.fill("#address", "天目山路 88 号 5 幢")
    page.click("#order button")
    expect(page.locator("#orders li").first).to_contain_text("A0008")
    assert site.floor.asked == [
        ("order", CALL.contact, (BasketLine("101", 2),), "天目山路 88 号 5 幢")
    ]

    page.keyboard.press("Alt+h")
    expect(page.locator("#hold")).to_have_text("继续")
    page.keyboard.press("Alt+h")
    page.click("#keypad")
    page.click("#pad button:has-text('5')")
    page.keyboard.press("Alt+t")
    assert_fits(page)
    page.keyboard.press("Alt+f")
    assert_fits(page)
    page.select_option("#code", "order")
    page.fill("#note", "加急")
    page.keyboard.press("Alt+w")
    expect(page.locator("#empty")).to_be_visible()
    assert site.floor.asked[1:] == [
        ("keys", CALL.contact, "5"),
        ("wrap up", CALL.contact, "order", "加急"),
    ]


def test_messages_are_answered_beside_a_call(page: Page, site: Site):
    be_ready(page, site)
    site.offer(CALL)
    expect(page.locator("#contacts li.offered")).to_be_visible()
    page.keyboard.press("Alt+a")
    expect(page.locator("#contacts li.talking")).to_be_visible()
    site.offer(TEXTS)
    expect(page.locator("#contacts li")).to_have_count(2)
    page.keyboard.press("Alt+2")
    page.keyboard.press("Alt+a")
    expect(page.locator("#shop")).to_have_text("丰收种子")
    page.select_option("#templates", "您的订单正在配送。")
    page.click("#write button")
    expect(page.locator("#lines li.agent")).to_have_text("您的订单正在配送。")

    page.keyboard.press("Alt+1")
    expect(page.locator("#shop")).to_have_text("老王面馆")
    site.say(TEXTS.contact, "什么时候到？<b>")
    expect(page.locator("#contacts .unread")).to_have_text("1")
    page.keyboard.press("Alt+2")
    expect(page.locator("#lines li").last).to_have_text("什么时候到？<b>")
    expect(page.locator("#contacts .unread")).to_have_count(0)


def test_half_a_message_stays_with_its_buyer(page: Page, site: Site):
    talk(page, site, CALL, TEXTS)
    page.keyboard.press("Alt+1")
    page.fill("#text", "您的地址是")
    page.keyboard.press("Alt+2")
    expect(page.locator("#text")).to_have_value("")
    page.keyboard.press("Alt+1")
    expect(page.locator("#text")).to_have_value("您的地址是")


def test_a_desk_whose_seat_is_gone_says_so_and_sits_down_again(page: Page, site: Site):
    page.add_init_script(
        "const later = setTimeout; window.setTimeout = (then, ms) => later(then, ms / 20);"
    )
    be_ready(page, site)
    site.offer(CALL)
    expect(page.locator("#contacts li.offered")).to_be_visible()

    async def fail():
        desk = site.floor.desks["li"]
        site.floor.cards.clear()
        desk.refused("", RefusedError(SEAT_LOST))
        desk.presence("signed out", "")

    site.loop.run(fail())
    expect(page.locator("#nobody")).to_be_visible()
    expect(page.locator("#presence")).to_contain_text("未就绪")
    page.click("#ready")
    expect(page.locator("#line")).to_have_text("耳机已接通")


def test_a_desk_that_has_its_seat_keeps_its_connection(page: Page, site: Site):
    page.clock.install()
    be_ready(page, site)
    page.clock.fast_forward(20_000)
    site.offer(CALL)
    expect(page.locator("#contacts li.offered")).to_be_visible()


def test_signing_out_leaves_the_floor(page: Page, site: Site):
    be_ready(page, site)
    page.click("#sign-out")
    page.wait_for_url("**/sign-in")
    until(lambda: ("leave", "li") in site.floor.asked)


def test_a_key_does_only_what_a_mouse_could_do_now(page: Page, site: Site):
    be_ready(page, site)
    for key in "adhtfowc":
        page.keyboard.press(f"Alt+{key}")
    expect(page.locator("#notice")).to_be_hidden()
    site.offer(CALL)
    expect(page.locator("#contacts li.offered")).to_be_visible()
    page.keyboard.press("Alt+f")
    page.keyboard.press("Alt+h")
    page.keyboard.press("Alt+a")
    expect(page.locator("#contacts li.talking")).to_be_visible()

    assert site.floor.asked == []


def test_shops_are_called_as_the_reader_calls_them(page: Page, site: Site):
    talk(page, site, CALL, TEXTS)
    expect(page.locator("#contacts li")).to_contain_text(["老王面馆", "丰收种子"])
    page.click("#language")
    # One has a name in English, the other has none.
    expect(page.locator("#contacts li")).to_contain_text(["Lao Wang Noodles", "丰收种子"])
    page.keyboard.press("Alt+1")
    expect(page.locator("#shop")).to_have_text("Lao Wang Noodles")
    page.keyboard.press("Alt+2")
    expect(page.locator("#shop")).to_have_text("丰收种子")


def test_what_is_left_of_goods_is_told_in_the_readers_language(page: Page, site: Site):
    gone = Goods("301", "酸梅汤，大杯，少冰，三分糖，配小份凉拌黄瓜与一个茶叶蛋", 500, 0)
    talk(page, site, replace(CALL, goods=(*CALL.goods, gone)))
    expect(page.locator("#left")).to_have_text("¥18.00 · 剩 40")
    assert_fits(page)
    page.select_option("#goods", "201")
    expect(page.locator("#left")).to_have_text("¥6.00 · 剩 100")
    page.click("#language")
    expect(page.locator("#left")).to_have_text("CN¥6.00 · 100 left")
    page.select_option("#goods", "301")
    expect(page.locator("#left")).to_have_text("CN¥5.00 · sold out")


def test_it_rings_until_it_is_answered(page: Page, site: Site):
    page.add_init_script(
        "window.tones = 0; const usual = AudioScheduledSourceNode.prototype.start;"
        "AudioScheduledSourceNode.prototype.start ="
        " function (...when) { window.tones += 1; usual.apply(this, when); };"
    )
    page.clock.install()
    be_ready(page, site)
    site.offer(CALL)
    expect(page.locator("#contacts li.offered")).to_be_visible()
    page.wait_for_function("tones === 2")
    page.clock.fast_forward(2_000)
    page.wait_for_function("tones === 4")
    page.keyboard.press("Alt+a")
    expect(page.locator("#contacts li.talking")).to_be_visible()
    page.clock.fast_forward(10_000)
    assert page.evaluate("tones") == 4


def test_a_second_offer_does_not_take_the_first_from_under_the_hand(page: Page, site: Site):
    be_ready(page, site)
    site.offer(TEXTS)
    expect(page.locator("#shop")).to_have_text("丰收种子")
    site.offer(CALL)
    expect(page.locator("#contacts li")).to_have_count(2)

    expect(page.locator("#shop")).to_have_text("丰收种子")
    expect(page.locator("#contacts li[aria-current=true]")).to_contain_text("13900000002")


def test_who_is_called_back_is_called_again_if_nobody_answers(page: Page, site: Site):
    be_ready(page, site)
    site.offer(replace(CALL, call_back=True))
    expect(page.locator("#answer")).to_have_text("接受并回电")
    page.keyboard.press("Alt+a")
    expect(page.locator("#contacts li.talking")).to_be_visible()
    site.stage(CALL.contact, "missed")
    expect(page.locator("#contacts li.missed")).to_contain_text("无人接听")
    page.keyboard.press("Alt+c")
    expect(page.locator("#contacts li.calling")).to_be_visible()
    expect(page.locator("#hold")).to_be_hidden()


def test_who_can_be_handed_on_to_is_offered(page: Page, site: Site):
    be_ready(page, site)
    site.offer(CALL)
    expect(page.locator("#contacts li.offered")).to_be_visible()
    page.keyboard.press("Alt+a")
    expect(page.locator("#contacts li.talking")).to_be_visible()
    page.keyboard.press("Alt+t")
    places = page.locator("#places option")
    expect(places).to_have_count(2)
    assert [place.get_attribute("value") for place in places.all()] == ["help", "sales"]
    page.select_option("#way", "agent")
    expect(page.locator("#places option[value=zhao]")).to_have_count(1)


def test_a_contact_is_handed_on_or_the_person_told_why_not(page: Page, site: Site):
    be_ready(page, site)
    site.offer(CALL)
    expect(page.locator("#contacts li.offered")).to_be_visible()
    page.keyboard.press("Alt+a")
    expect(page.locator("#contacts li.talking")).to_be_visible()
    page.keyboard.press("Alt+t")
    page.fill("#to", "nobody")
    page.press("#to", "Enter")
    noticed(page, "没有队列nobody；有：sales")
    page.keyboard.press("Alt+t")
    page.select_option("#way", "step")
    page.fill("#to", "main")
    page.press("#to", "Enter")
    expect(page.locator("#empty")).to_be_visible()

    assert site.floor.asked == [("transfer", CALL.contact, "step", "main")]


def test_a_note_that_is_half_written_when_its_time_is_over_is_kept(page: Page, site: Site):
    page.clock.install()
    talk(page, site, CALL)
    site.stage(CALL.contact, "wrap-up", 1_000.0)
    expect(page.locator("#wrap-up button")).to_contain_text(re.compile(r"\((1000|9\d\d)\)"))
    page.select_option("#code", "complaint")
    page.fill("#note", "少了一份")
    page.clock.fast_forward(1_000_000)
    expect(page.locator("#empty")).to_be_visible()

    assert site.floor.asked == [("wrap up", CALL.contact, "complaint", "少了一份")]


def test_a_person_pauses_for_a_reason_and_refuses_an_offer(page: Page, site: Site):
    sign_in(page, site, "li")
    expect(page.locator("#presence")).to_have_text("未就绪 · 刚登录")
    expect(page.locator("#reason option:checked")).to_have_text("选择原因……")
    page.click("#ready")
    expect(page.locator("#presence")).to_have_text("就绪")
    page.select_option("#reason", "lunch")
    expect(page.locator("#presence")).to_have_text("未就绪 · 午餐")
    page.click("#ready")
    site.offer(CALL)
    expect(page.locator("#contacts li.offered")).to_be_visible()
    page.keyboard.press("Alt+d")
    expect(page.locator("#presence")).to_have_text("未就绪 · 已拒绝")
    expect(page.locator("#nobody")).to_be_visible()


def test_a_desk_that_is_opened_elsewhere_closes_here_and_keeps_its_contacts(page: Page, site: Site):
    be_ready(page, site)
    site.offer(CALL)
    expect(page.locator("#contacts li.offered")).to_be_visible()
    page.keyboard.press("Alt+a")
    expect(page.locator("#contacts li.talking")).to_be_visible()
    other = page.context.new_page()
    other.goto(site.address + "/desk")

    noticed(page, "另一处")
    expect(other.locator("#shop")).to_have_text("老王面馆")
    other.close()


def test_a_supervisor_sees_the_floor_and_listens(page: Page, site: Site):
    sign_in(page, site, "boss", "/floor")
    expect(page.locator("#queues tr")).to_have_count(1)
    expect(page.locator("#queues td.late")).to_have_text("75 秒")
    assert_fits(page)
    expect(page.locator("#agents tr")).to_have_count(2)
    page.click("#agents button:has-text('耳语')")
    expect(page.locator("#ear")).to_have_text("耳语: li")
    page.click("#stop")
    expect(page.locator("#ear")).to_have_text("")
    page.fill("#find", "wan")
    expect(page.locator("#agents tr")).to_have_count(1)
    told = page.locator("#agents td").all_inner_texts()
    assert told[4:7] == ["40 %", "9", "2"], "occupancy, answered, not answered"
    assert page.locator("#queues td").all_inner_texts()[3:5] == ["1 / 5", "2"]
    expect(page.locator("#agents-shown")).to_contain_text("显示 1 / 2 · 自 2026")

    assert site.floor.asked[:2] == [("listen", "boss", "li", "whisper"), ("stop listening",)]


def test_who_is_not_signed_in_is_led_to_the_door(page: Page, site: Site):
    page.goto(site.address + "/desk")
    assert page.url == site.address + "/sign-in?to=/desk"
    assert_fits(page)
    page.fill("#name", "li")
    page.fill("#password", "wrong horse")
    page.press("#password", "Enter")
    expect(page.locator("#state")).to_have_text("工号或密码不对")


def test_on_a_telephone_the_supervisors_buttons_are_not_broken(page: Page, site: Site):
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, site, "boss", "/floor")
    page.click("#language")
    expect(page.locator("#sign-out")).to_have_text("Sign out")
    heights = [page.locator(name).bounding_box()["height"] for name in ("#language", "#sign-out")]
    assert max(heights) < 45, "one line of words each"


def test_an_agent_may_not_open_the_supervisors_page(page: Page, site: Site):
    sign_in(page, site, "li")
    answer = page.goto(site.address + "/floor")

    assert answer.status == 403


@pytest.mark.parametrize("path", ["/desk/line", "/floor/line"])
def test_a_line_is_for_who_is_signed_in(site: Site, path: str):
    address = site.address.replace("http", "ws") + path
    with pytest.raises(InvalidStatus) as refused, connect(address, origin=site.address):
        pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("path", ["/desk/line", "/floor/line"])
def test_another_sites_page_speaks_for_nobody_who_is_signed_in(site: Site, path: str):
    address = site.address.replace("http", "ws") + path
    cookie = {"cookie": f"{COOKIE}={site.door.admit(site.people.account('boss'))}"}
    with connect(address, origin=site.address, additional_headers=cookie) as line:
        assert line.recv()
    for origin in ("http://elsewhere.test", None):
        with (
            pytest.raises(InvalidStatus) as refused,
            connect(address, origin=origin, additional_headers=cookie),
        ):
            pass
        assert refused.value.response.status_code == 403


def test_what_a_page_says_has_longest_lengths():
    check_lengths(Write("c", "x" * TEXT_CHARACTERS_MAX))
    check_lengths(Transfer("c", "queue", "x" * WORD_CHARACTERS_MAX))
    with pytest.raises(RefusedError, match="at most 1000 characters"):
        check_lengths(Write("c", "x" * (TEXT_CHARACTERS_MAX + 1)))
    with pytest.raises(RefusedError, match="at most 200 characters"):
        check_lengths(Transfer("c", "queue", "x" * (WORD_CHARACTERS_MAX + 1)))
