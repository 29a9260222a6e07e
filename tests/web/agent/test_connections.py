"""A desk whose network, page or microphone fails, and one where somebody may not be any more."""

import asyncio
import re

import pytest
from playwright.sync_api import Page, expect

from center.desk.desk import RefusedError
from tests.browser import noticed
from tests.waiting import until
from tests.web.agent.floor import CALL, TEXTS
from tests.web.agent.site import Site, be_ready, opened_site, sign_in, talk
from web.accounts.account import Role
from web.agent.lead import VIEW_EVERY_S

HEADSET = "耳机已接通"
DEAF = """{
  const usual = WebSocket.prototype.send;
  WebSocket.prototype.send = function (...words) { if (!window.isDeaf) usual.apply(this, words); };
}"""
"""A script for a page whose network loses what it says, once `isDeaf` is so, and tells nobody."""
SOON = "{ const later = setTimeout; window.setTimeout = (then, ms) => later(then, ms > 2_000 ? ms / 20 : ms); }"
NO_MICROPHONE = """{
  const usual = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async wanted => {
    if (!window.isAllowed) throw new DOMException("", "NotAllowedError");
    return window.microphone = await usual(wanted);
  };
}"""
assert VIEW_EVERY_S <= 1, "a floor is told within so long that a call is over"


def test_a_call_goes_on_after_a_reload_though_its_agent_pauses(page: Page, site: Site):
    talk(page, site, CALL)
    page.select_option("#reason", "lunch")
    expect(page.locator("#presence")).to_have_text("未就绪 · 午餐")
    page.reload()

    expect(page.locator("#contacts li.talking")).to_be_visible()
    expect(page.locator("#line")).to_have_text(HEADSET)
    expect(page.locator("#presence")).to_have_text("未就绪 · 午餐")
    expect(page.locator("#reason")).to_have_value("lunch")


def test_a_broken_connection_takes_nothing_from_under_the_hand(page: Page, site: Site):
    talk(page, site, CALL, TEXTS)
    page.keyboard.press("Alt+1")
    page.fill("#address", "文三路9号")
    page.keyboard.press("Alt+m")
    expect(page.locator("#mute")).to_have_text("取消静音")
    page.keyboard.press("Alt+2")
    page.fill("#text", "您的地址是")
    with page.expect_websocket():
        site.break_off()
    expect(page.locator("#line")).to_have_text(HEADSET)

    expect(page.locator("#shop")).to_have_text("丰收种子")
    expect(page.locator("#text")).to_have_value("您的地址是")
    page.keyboard.press("Alt+1")
    expect(page.locator("#address")).to_have_value("文三路9号")
    expect(page.locator("#mute")).to_have_text("取消静音")


def test_a_network_that_fails_without_a_word_is_noticed(page: Page, site: Site):
    page.add_init_script(DEAF + SOON)
    talk(page, site, CALL)
    with page.expect_websocket():
        page.evaluate("window.isDeaf = true; dispatchEvent(new Event('offline'))")
    page.evaluate("window.isDeaf = false; dispatchEvent(new Event('online'))")
    expect(page.locator("#notice")).to_be_hidden()
    expect(page.locator("#line")).to_have_text(HEADSET)
    expect(page.locator("#contacts li.talking")).to_be_visible()


def test_a_network_that_works_is_left_as_it_is(page: Page, site: Site):
    page.clock.install()
    talk(page, site, CALL)
    desk = site.floor.desks["li"]
    page.evaluate("dispatchEvent(new Event('offline')); dispatchEvent(new Event('online'))")
    for text in ("喂？", "您好？"):
        # What comes back comes after the sign of life, which is waited for no more.
        page.fill("#text", text)
        page.press("#text", "Enter")
        expect(page.locator("#lines li").last).to_have_text(text)
        page.clock.fast_forward(10_000)
    assert site.floor.desks["li"] is desk


def test_a_headset_that_is_refused_is_tried_again(page: Page, site: Site):
    page.add_init_script(SOON)
    site.floor.refuses_lines = 2
    sign_in(page, site, "li")
    expect(page.locator("#presence")).to_contain_text("未就绪")
    page.click("#ready")
    noticed(page, "耳机接不通")
    expect(page.locator("#line")).to_have_text(HEADSET)


def test_a_desk_without_a_microphone_says_so_until_there_is_one(page: Page, site: Site):
    page.add_init_script(NO_MICROPHONE)
    sign_in(page, site, "li")
    expect(page.locator("#presence")).to_contain_text("未就绪")
    page.click("#ready")
    expect(page.locator("#line")).to_have_text("没有麦克风，买家听不到您")
    page.evaluate("window.isAllowed = true")
    page.evaluate("navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
    expect(page.locator("#line")).to_have_text(HEADSET)
    assert len(site.floor.legs) == 1, "the line itself is kept"

    # Pulled out, and in again.
    page.evaluate("window.isAllowed = false")
    page.evaluate("microphone.getAudioTracks()[0].dispatchEvent(new Event('ended'))")
    expect(page.locator("#line")).to_have_text("没有麦克风，买家听不到您")


def test_a_browser_that_plays_nothing_yet_plays_at_the_first_key(page: Page, site: Site):
    page.add_init_script("""{
      const usual = HTMLMediaElement.prototype.play;
      HTMLMediaElement.prototype.play = async function () {
        if (!window.isTouched) throw new DOMException("", "NotAllowedError");
        window.hasPlayed = true;
        return usual.apply(this);
      };
    }""")
    be_ready(page, site)
    page.keyboard.press("Alt+k")
    assert not page.evaluate("window.hasPlayed")
    page.evaluate("window.isTouched = true")
    page.keyboard.press("Escape")
    page.wait_for_function("window.hasPlayed")


def test_a_desk_that_was_opened_elsewhere_lets_go_of_the_microphone(page: Page, site: Site):
    page.add_init_script("window.isAllowed = true;" + NO_MICROPHONE)
    be_ready(page, site)
    other = page.context.new_page()
    other.goto(site.address + "/desk")

    noticed(page, "另一处")
    expect(page.locator("#presence")).to_have_text("已签出")
    expect(page.locator("#line")).to_have_text("耳机未接通")
    assert page.evaluate("microphone.getTracks().every(track => track.readyState === 'ended')")
    other.close()


def test_who_signs_out_in_one_page_is_signed_out_in_all(page: Page, site: Site):
    sign_in(page, site, "boss", "/floor")
    desk = page.context.new_page()
    desk.goto(site.address + "/desk")
    expect(desk.locator("#presence")).to_contain_text("未就绪")
    page.click("#sign-out")

    desk.wait_for_url("**/sign-in?to=%2Fdesk")


@pytest.mark.parametrize(
    ("role", "to"), [(None, "**/sign-in?to=%2Ffloor"), (Role.AGENT, "**/desk")]
)
def test_a_supervisor_who_is_none_any_more_is_led_away_at_once(
    page: Page, site: Site, role: Role | None, to: str
):
    sign_in(page, site, "boss", "/floor")
    page.click("#agents button:has-text('监听')")
    expect(page.locator("#ear")).to_have_text("监听: li")
    site.change("boss", role)

    page.wait_for_url(to)
    until(lambda: site.floor.ears == {})


def test_an_agent_who_is_let_go_is_led_to_the_door(page: Page, site: Site):
    be_ready(page, site)
    site.change("li", None)

    page.wait_for_url("**/sign-in?to=%2Fdesk")


def test_a_floor_says_whom_it_hears_until_the_call_is_over(page: Page, site: Site):
    page.add_init_script("window.isAllowed = true;" + NO_MICROPHONE)
    sign_in(page, site, "boss", "/floor")
    page.click("#agents button:has-text('监听')")
    expect(page.locator("#ear")).to_have_text("监听: li")

    async def end():
        site.floor.ears.clear()

    site.loop.run(end())
    expect(page.locator("#ear")).to_have_text("")
    expect(page.locator("#stop")).to_be_hidden()
    assert page.evaluate("microphone.getTracks().every(track => track.readyState === 'ended')")


def test_a_desk_and_a_floor_of_one_person_have_a_headset_each(page: Page, site: Site):
    be_ready(page, site, "boss")
    floor = page.context.new_page()
    floor.goto(site.address + "/floor")
    floor.click("#agents button:has-text('监听')")
    expect(floor.locator("#ear")).to_have_text("监听: li")

    expect(page.locator("#line")).to_have_text(HEADSET)
    assert len(site.floor.legs) == 2
    floor.close()


def test_whoever_rings_is_answered_also_while_another_is_looked_at(page: Page, site: Site):
    talk(page, site, TEXTS)
    page.fill("#text", "您的地址是")
    site.offer(CALL)
    expect(page.locator("#contacts li.offered")).to_be_visible()
    assert page.title().startswith("☎ ")
    expect(page.locator("#shop")).to_have_text("丰收种子")
    page.keyboard.press("Alt+a")

    expect(page.locator("#shop")).to_have_text("老王面馆")
    expect(page.locator("#contacts li.talking")).to_have_count(2)
    assert not page.title().startswith("☎ ")


def test_two_changes_of_a_basket_in_one_moment_are_both_kept(page: Page, site: Site):
    talk(page, site, CALL)
    site.floor.is_slow = True
    for _ in range(2):
        page.select_option("#goods", "201")
        page.click("#add button")
    page.fill("#basket tbody tr:nth-child(1) input", "5")
    page.press("#basket tbody tr:nth-child(1) input", "Tab")
    expect(page.locator("#total")).to_have_text("¥102.00")
    # The page shows it before the floor has it.
    wanted = ("basket", [("101", 5), ("201", 2)])
    until(
        lambda: [(what, [*map(tuple_of, lines)]) for what, lines in site.floor.asked][-1] == wanted
    )

    async def refuse():
        site.floor.desks["li"].refused(
            CALL.contact, RefusedError("the shop has no product {code}", code="9")
        )

    site.loop.run(refuse())
    expect(page.locator("#total")).to_have_text("¥36.00")


def tuple_of(line):
    return line.code, line.quantity


def test_an_offer_counts_down_on_a_machine_whose_clock_is_wrong(page: Page, site: Site):
    page.clock.install(time="2020-01-01")
    be_ready(page, site)
    site.offer(CALL, rings_s=1_000)
    expect(page.locator("#answer")).to_have_text(re.compile(r"\((1000|9\d\d)\)"))


class Leg:
    """The last headset: while it is let go, a page would connect another one."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.closed_to = ""

    async def close(self) -> None:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self._port)
        except ConnectionRefusedError:
            self.closed_to = "everybody"
        else:
            writer.close()


def test_nobody_connects_a_headset_while_those_there_are_let_go() -> None:
    with opened_site() as site:
        leg = Leg(site.server.port)
        site.floor.legs.append(leg)
    assert leg.closed_to == "everybody"
