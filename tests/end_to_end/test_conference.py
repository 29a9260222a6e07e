"""SIPp phones a shop and two agents have the call between them: three voices, and every way in which it is handed on.

The platform has one conference unit, which the call takes while there are three on it.
"""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.small_platform import small_model, small_platform
from center.acd.agent import Agent
from center.desk.person import HOUSE, Person
from center.uap.changes import Drain, Restore
from commands.platform import change
from ivr.rtp.codec import PCMU
from store.people import People
from tests.browser import browsers, noticed, write_tone
from tests.end_to_end.earpiece import Earpiece
from tests.end_to_end.measures import wait_for
from tests.end_to_end.running import PASSWORD
from tests.end_to_end.sipp import Caller
from tests.end_to_end.telephone_shop import NUMBER, Running
from tests.end_to_end.test_call_hand_over import open_page
from web.accounts.password import hash_password

BUYER = "13800138009"
CONFERENCES = 'dialcart_platform_{}{{resource="conference"}}'
BUYER_HZ, LI_HZ, WANG_HZ = 1_100, 700, 1_500


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("conference")
    people = People(folder / "shop.people")
    for name in ("li", "wang"):
        people.keep(Person(Agent(name, HOUSE), "agent", hash_password(PASSWORD)))
    people.close()
    running = Running(
        folder,
        shop="  send on to 95*, 400*\n",
        # For another seller's callers, the second.
        voice='outside = ["95*", "02088886666"]\n',
        trunk="[web]\nport = 0\n" + small_platform(small_model(folder, conferences=1)),
    )
    yield running
    running.close()


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Browser]]:
    folder = tmp_path_factory.mktemp("voices")
    tones = (write_tone(folder / f"{hz}.wav", hz) for hz in (LI_HZ, WANG_HZ))
    with browsers(*tones) as two:
        yield two


@pytest.fixture
def desks(shop: Running, opened: list[Browser]) -> Iterator[tuple[Page, Page]]:
    pages = tuple(map(open_page, opened))
    for page, name in zip(pages, ("li", "wang"), strict=True):
        page.goto(shop.page("/desk"))
        page.fill("#name", name)
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        expect(page.locator("#presence")).to_contain_text("未就绪")
    yield pages
    for page in pages:
        page.click("#sign-out")
        # A page that is closed on its way to the next may hang.
        page.wait_for_url("**/sign-in*")
        page.context.close()


def be_ready(desk: Page) -> None:
    desk.keyboard.press("Alt+r")
    expect(desk.locator("#line")).to_have_text("耳机已接通")


def hand_on(desk: Page, way: str, to: str) -> None:
    desk.keyboard.press("Alt+t")
    desk.select_option("#way", way)
    desk.fill("#to", to)
    desk.press("#to", "Enter")


def loud(desk: Page, *tones_hz: int, without: tuple[int, ...] = ()) -> None:
    wanted = [f"loud({hz})" for hz in tones_hz] + [f"!loud({hz})" for hz in without]
    desk.wait_for_function(" && ".join(wanted))


def wrap_up(desk: Page) -> None:
    expect(desk.locator("#wrap-up")).to_be_visible()
    desk.keyboard.press("Alt+w")
    expect(desk.locator("#nobody")).to_be_visible()


def went_well(call: Future[CompletedProcess[str]]) -> None:
    done = call.result()
    assert done.returncode == 0, done.stdout[-2_000:]


def test_three_hear_one_another_and_the_call_goes_round(
    shop: Running, desks: tuple[Page, Page], tmp_path: Path
) -> None:
    li, wang = desks
    with Earpiece(BUYER_HZ) as ear, ThreadPoolExecutor() as pool:
        be_ready(li)
        caller = Caller(tmp_path, BUYER, PCMU, media_port=ear.port)
        says = shop.says_to(BUYER)
        call = pool.submit(caller.call, shop.port, NUMBER)
        says("请选择")
        ear.press("0")
        expect(li.locator("#contacts li.offered")).to_contain_text(BUYER)
        li.keyboard.press("Alt+a")
        ear.hears(LI_HZ)
        loud(li, BUYER_HZ)

        be_ready(wang)
        change(shop.settings, Drain(time.time(), "1", 1))
        wait_for(shop, CONFERENCES.format("units"), 0)
        hand_on(li, "invite", "wang")
        noticed(li, "没有会议端口在用")
        change(shop.settings, Restore(time.time(), "1", 1))
        wait_for(shop, CONFERENCES.format("units"), 1)
        hand_on(li, "invite", "wang")
        expect(wang.locator("#answer")).to_contain_text("加入")
        wang.keyboard.press("Alt+a")
        ear.hears(LI_HZ, WANG_HZ)
        loud(li, BUYER_HZ, WANG_HZ)
        loud(wang, BUYER_HZ, LI_HZ)
        expect(li.locator("#facts")).to_contain_text("wang")
        wait_for(shop, CONFERENCES.format("taken"), 1)
        wang.keyboard.press("Alt+f")
        ear.hears(LI_HZ, without=(WANG_HZ,))
        expect(wang.locator("#nobody")).to_be_visible()
        wait_for(shop, CONFERENCES.format("taken"), 0)

        # To a colleague by name, who sends them to the queue: to the other agent, with the place of who has waited since then.
        hand_on(li, "agent", "wang")
        expect(wang.locator("#contacts li.offered")).to_contain_text(BUYER)
        expect(li.locator("#nobody")).to_be_visible()
        wang.keyboard.press("Alt+a")
        ear.hears(WANG_HZ, without=(LI_HZ,))
        wang.select_option("#reason", "break")
        hand_on(wang, "queue", "sales")
        expect(li.locator("#contacts li.offered")).to_contain_text(BUYER)
        expect(wang.locator("#nobody")).to_be_visible()
        li.keyboard.press("Alt+a")
        ear.hears(LI_HZ, without=(WANG_HZ,))
        # Back into the flow, which says goodbye and hangs up.
        hand_on(li, "step", "bye")
        expect(li.locator("#nobody")).to_be_visible()
        went_well(call)
    assert "谢谢，再见" in shop.talk()


def test_a_caller_is_sent_to_an_allowed_number_and_to_no_other(
    shop: Running, desks: tuple[Page, Page], tmp_path: Path
) -> None:
    li, _ = desks
    with Earpiece(BUYER_HZ) as ear, ThreadPoolExecutor() as pool:
        be_ready(li)
        caller = Caller(tmp_path, BUYER, PCMU, media_port=ear.port).be_sent_on(486)
        says = shop.says_to(BUYER)
        call = pool.submit(caller.be_sent_on().call, shop.port, NUMBER)
        says("请选择")
        ear.press("0")
        expect(li.locator("#contacts li.offered")).to_contain_text(BUYER)
        li.keyboard.press("Alt+a")
        ear.hears(LI_HZ)
        hand_on(li, "outside", "02088886666")
        noticed(li, "店铺不能转到02088886666；可以转到：95*, 400*")
        hand_on(li, "outside", "4008001111")
        noticed(li, "平台不允许转到4008001111")
        # Busy there: the agent has the caller still. The second time somebody answers.
        hand_on(li, "outside", "95588")
        noticed(li, "现在转不过去：486")
        ear.hears(LI_HZ)
        hand_on(li, "outside", "95588")
        wrap_up(li)
        went_well(call)
