"""What a page draws anew stays under the hand, the eye and the ear: news of others takes nothing away."""

from pathlib import Path

from playwright.sync_api import Page, expect

from center.desk.desk import AgentView
from tests.browser import write_tone
from tests.web.agent.floor import AGENTS, CALL, TEXTS
from tests.web.agent.site import Site, be_ready, sign_in, talk
from web.agent.lead import VIEW_EVERY_S

OTHERS = tuple(
    AgentView(name, "ready", "", 0, 0, False, 0.0, 940.0, 0, 0) for name in ("an", "zhou")
)
TONE_S = 3.0
assert VIEW_EVERY_S <= 1, "else these tests see no second picture"


def test_a_supervisors_button_keeps_the_focus_and_a_long_press(page: Page, site: Site):
    sign_in(page, site, "boss", "/floor")
    row = page.locator("#agents tr", has_text="li")
    listen, whisper = row.locator("button").nth(0), row.locator("button").nth(1)
    whisper.hover()
    page.mouse.down()
    site.floor.at, site.floor.agents = 1_001.0, (*AGENTS, OTHERS[1])
    expect(row).to_contain_text("61 秒")
    page.mouse.up()
    expect(page.locator("#ear")).to_have_text("耳语: li")
    expect(whisper).to_have_attribute("aria-pressed", "true")

    listen.focus()
    site.floor.at, site.floor.agents = 1_002.0, (OTHERS[0], *AGENTS)
    expect(row).to_contain_text("62 秒")
    expect(page.locator("#agents tr").first).to_contain_text("an")
    expect(page.locator("#agents tr")).to_have_count(3)
    expect(listen).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#ear")).to_have_text("监听: li")


def two_who_talk(page: Page, site: Site) -> None:
    talk(page, site, CALL, TEXTS)
    page.keyboard.press("Alt+1")
    expect(page.locator("#shop")).to_have_text("老王面馆")


def test_a_contacts_button_keeps_the_focus_and_a_long_press(page: Page, site: Site):
    two_who_talk(page, site)
    other = page.locator("#contacts li:nth-child(2) button")
    other.focus()
    site.say(TEXTS.contact, "在吗？")
    expect(other.locator(".unread")).to_have_text("1")
    expect(other).to_be_focused()

    other.hover()
    page.mouse.down()
    site.say(TEXTS.contact, "什么时候到？")
    expect(other.locator(".unread")).to_have_text("2")
    page.mouse.up()
    expect(page.locator("#shop")).to_have_text("丰收种子")


def test_a_recording_plays_on_while_others_write(page: Page, site: Site, tmp_path: Path):
    site.floor.sound = write_tone(tmp_path / "address.wav", 440, TONE_S).read_bytes()
    two_who_talk(page, site)
    audio = page.locator("#heard audio").element_handle()
    audio.evaluate("audio => { audio.loop = true; return audio.play(); }")
    site.say(TEXTS.contact, "在吗？")
    expect(page.locator("#contacts .unread")).to_have_text("1")
    assert audio.evaluate("audio => audio.isConnected && !audio.paused"), "it was drawn anew"

    page.keyboard.press("Alt+2")
    expect(page.locator("#shop")).to_have_text("丰收种子")
    # Or another buyer's voice would stay in the ear. A browser pauses what has left the page a moment later, by itself.
    page.wait_for_function("audio => audio.paused", arg=audio)


def test_who_mutes_is_not_heard_until_they_are_again(page: Page, site: Site):
    page.add_init_script("""{
      const usual = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async wanted => window.microphone = await usual(wanted);
    }""")
    heard = "() => window.microphone.getAudioTracks().every(track => track.enabled)"
    be_ready(page, site)
    page.keyboard.press("Alt+m")
    assert page.evaluate(heard), "there is no call to mute"
    site.offer(CALL)
    site.stage(CALL.contact, "talking")
    expect(page.locator("#contacts li.talking")).to_be_visible()
    expect(page.locator("#mute")).to_have_text("静音")
    page.keyboard.press("Alt+m")
    expect(page.locator("#mute")).to_have_text("取消静音")
    assert not page.evaluate(heard)
    page.keyboard.press("Alt+m")
    expect(page.locator("#mute")).to_have_text("静音")
    assert page.evaluate(heard)

    # A new call is never begun unheard.
    page.keyboard.press("Alt+m")
    expect(page.locator("#mute")).to_have_text("取消静音")
    site.stage(CALL.contact, "wrap-up")
    site.stage(CALL.contact, "talking")
    expect(page.locator("#mute")).to_have_text("静音")
    assert page.evaluate(heard)
