"""Signing in: who may, how often, and what another site's page cannot do."""

import asyncio
from dataclasses import replace

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from web.accounts.account import Account, Role
from web.accounts.attempts import ADDRESS_TRIES_MAX, NAME_TRIES_MAX, WINDOW_S, Attempts
from web.accounts.password import LENGTH_MAX, LENGTH_MIN, PasswordError, hash_password, is_password
from web.accounts.routes import BODY_BYTES_MAX, SIGN_INS_AT_ONCE_MAX, Doorkeeper, may_lead
from web.accounts.visits import IDLE_S_MAX, VISIT_S_MAX, VISITS_MAX, OpenPage, Visits
from web.app import web_app

LI = Account("li", Role.AGENT, hash_password("correct horse"))
BOSS = Account("boss", Role.SUPERVISOR, hash_password("battery staple"))
SITE = "http://desk.test"


class People:
    def account(self, name):
        return {"li": LI, "boss": BOSS}.get(name)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def visitor(clock):
    door = Doorkeeper(People(), clock)

    async def desk(request: Request):
        account = door.who(request)
        return PlainTextResponse(account.name if account else "nobody")

    app = web_app([*door.routes(), Route("/desk", desk)], "/desk")
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url=SITE, headers={"origin": SITE}
    )


@pytest.fixture
def anyio_backend():
    return "asyncio"


pytestmark = pytest.mark.anyio


async def test_the_right_password_opens_the_desk_until_one_signs_out(visitor):
    answer = await visitor.post("/sign-in", json={"name": "li", "password": "correct horse"})
    assert answer.json() == {"name": "li", "role": "agent"}
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "SameSite=strict" in answer.headers["set-cookie"]
    assert (await visitor.get("/desk")).text == "li"
    assert (await visitor.get("/who")).json()["role"] == "agent"

    await visitor.post("/sign-out")
    assert (await visitor.get("/desk")).text == "nobody"
    assert (await visitor.get("/who")).status_code == 401


@pytest.mark.parametrize(("name", "password"), [("li", "wrong horse"), ("nobody", "correct horse")])
async def test_a_wrong_name_and_a_wrong_password_are_told_alike(visitor, name, password):
    answer = await visitor.post("/sign-in", json={"name": name, "password": password})

    assert (answer.status_code, answer.json()) == (401, {"why": "wrong"})


async def test_after_some_tries_one_has_to_wait(visitor, clock):
    wrong = {"name": "li", "password": "wrong horse"}
    for _ in range(NAME_TRIES_MAX):
        assert (await visitor.post("/sign-in", json=wrong)).status_code == 401
    right = {"name": "li", "password": "correct horse"}
    answer = await visitor.post("/sign-in", json=right)
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == str(round(WINDOW_S) + 1)

    clock.now = WINDOW_S
    assert (await visitor.post("/sign-in", json=right)).status_code == 200


async def test_many_tries_at_once_are_no_way_around_it(visitor):
    wrong = {"name": "li", "password": "wrong horse"}
    answers = await asyncio.gather(
        *(visitor.post("/sign-in", json=wrong) for _ in range(3 * NAME_TRIES_MAX))
    )
    tried = sum(answer.status_code == 401 for answer in answers)

    assert NAME_TRIES_MAX <= tried < NAME_TRIES_MAX + SIGN_INS_AT_ONCE_MAX


@pytest.mark.parametrize("origin", ["http://elsewhere.test", ""])
async def test_another_sites_page_signs_nobody_in_or_out(visitor, origin):
    right = {"name": "li", "password": "correct horse"}
    answer = await visitor.post("/sign-in", json=right, headers={"origin": origin})
    assert answer.status_code == 403

    await visitor.post("/sign-in", json=right)
    assert (await visitor.post("/sign-out", headers={"origin": origin})).status_code == 403
    assert (await visitor.get("/desk")).text == "li"


@pytest.mark.parametrize("body", [b"", b"[]", b'{"name": 1}', b"x" * (BODY_BYTES_MAX + 1)])
async def test_what_is_no_form_is_refused(visitor, body):
    assert (await visitor.post("/sign-in", content=body)).status_code == 400


async def test_pages_bear_the_headers_that_keep_them_ours(visitor):
    answer = await visitor.get("/sign-in")

    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "DENY"


def test_a_visit_ends_when_nobody_is_there_and_after_a_working_day():
    visits = Visits(People())
    idle, long = visits.begin(LI, 0.0), visits.begin(BOSS, 0.0)

    assert visits.find(idle, IDLE_S_MAX) == LI
    assert visits.find(idle, 2 * IDLE_S_MAX + 1) is None
    at = 0.0
    while at + IDLE_S_MAX < VISIT_S_MAX:
        at += IDLE_S_MAX
        assert visits.find(long, at) == BOSS
    assert visits.find(long, VISIT_S_MAX + 1) is None
    assert visits.find("guessed", 0.0) is None


class Book:
    """See web.accounts.visits.VisitBook."""

    def __init__(self):
        self.kept = {}

    def visits(self):
        return list(self.kept.values())

    def keep_visit(self, visit):
        self.kept[visit.token] = visit

    def drop_visit(self, token):
        del self.kept[token]


def test_a_restart_signs_nobody_out_and_a_new_password_does(monkeypatch):
    book, people = Book(), People()
    token = Visits(people, book).begin(LI, 0.0)
    assert token.encode() not in b"".join(visit.token for visit in book.visits())
    again = Visits(people, book, 100.0)
    assert again.find(token, 100.0) == LI
    monkeypatch.setattr(
        people, "account", lambda name: Account(name, Role.AGENT, hash_password("other horse"))
    )
    assert again.find(token, 100.0) is None
    assert book.visits() == []


def test_who_was_let_go_is_nobody():
    people = People()
    visits = Visits(people)
    token = visits.begin(Account("zhao", Role.AGENT, "kept"), 0.0)
    assert visits.find(token, 0.0) is None


class Page:
    """A page that is open."""

    def __init__(self, may=lambda _: True):
        self.closed = 0
        self.open = OpenPage(may, self.close)

    def close(self):
        self.closed += 1


def test_a_desk_that_is_open_all_morning_is_not_idle():
    visits, desk = Visits(People()), Page()
    token = visits.begin(LI, 0.0)
    visits.open(token, desk.open)
    assert visits.find(token, 3 * IDLE_S_MAX) == LI
    visits.shut(token, desk.open, 6 * IDLE_S_MAX)
    assert visits.find(token, 7 * IDLE_S_MAX) == LI
    assert visits.find(token, 8 * IDLE_S_MAX + 1) is None
    visits.shut(token, desk.open, 9 * IDLE_S_MAX)
    assert desk.closed == 0


def test_a_visit_ends_with_the_working_day_though_its_page_is_open():
    book = Book()
    visits, early, late = Visits(People(), book), Page(), Page()
    token = visits.begin(LI, 0.0)
    visits.open(token, early.open)
    visits.open(visits.begin(LI, 60.0), late.open)
    assert visits.find(token, VISIT_S_MAX) == LI, "used last"
    visits.end_old(VISIT_S_MAX)
    assert (early.closed, late.closed) == (0, 0)
    visits.end_old(VISIT_S_MAX + 1)

    assert (early.closed, late.closed) == (1, 0)
    assert len(book.visits()) == 1
    visits.shut(token, early.open, VISIT_S_MAX + 1)
    assert visits.find(token, VISIT_S_MAX + 1) is None


def test_pages_are_closed_when_their_visit_ends():
    visits, desk, floor, other = Visits(People()), Page(), Page(), Page()
    token = visits.begin(LI, 0.0)
    visits.open(token, desk.open)
    visits.open(token, floor.open)
    visits.open(visits.begin(LI, 0.0), other.open)
    visits.end(token)

    assert (desk.closed, floor.closed, other.closed) == (1, 1, 0)


def test_who_may_not_lead_any_more_keeps_the_desk_and_loses_the_floor():
    people = People()
    visits, desk, floor, other = Visits(people), Page(), Page(may_lead), Page()
    token = visits.begin(BOSS, 0.0)
    visits.open(token, desk.open)
    visits.open(token, floor.open)
    visits.open(visits.begin(LI, 0.0), other.open)
    visits.look_again({"boss", "li"}, 1.0)
    assert (desk.closed, floor.closed, other.closed) == (0, 0, 0)

    people.account = {"boss": replace(BOSS, role=Role.AGENT), "li": LI}.get
    visits.look_again({"boss"}, 2.0)
    assert (desk.closed, floor.closed, other.closed) == (0, 1, 0)
    people.account = {"li": LI}.get
    visits.look_again({"boss"}, 3.0)
    assert (desk.closed, other.closed) == (1, 0)
    assert visits.find(token, 3.0) is None


def test_visits_are_bounded():
    visits = Visits(People())
    first = visits.begin(LI, 0.0)
    for _ in range(VISITS_MAX):
        visits.begin(LI, 0.0)

    assert visits.find(first, 0.0) is None


def test_who_is_there_makes_no_room_for_others():
    visits, desk = Visits(People()), Page()
    first, second = visits.begin(LI, 0.0), visits.begin(LI, 0.0)
    visits.open(first, desk.open)
    for _ in range(VISITS_MAX - 1):
        visits.begin(LI, 0.0)

    assert visits.find(first, 0.0) == LI
    assert visits.find(second, 0.0) is None


def test_an_address_that_many_share_may_try_more_often():
    attempts = Attempts()
    for n in range(ADDRESS_TRIES_MAX - 1):
        attempts.failed(f"name {n}", "192.0.2.1", 0.0)
    assert attempts.wait_s("li", "192.0.2.1", 0.0) == 0
    attempts.failed("another", "192.0.2.1", 0.0)

    assert attempts.wait_s("li", "192.0.2.1", 0.0) == WINDOW_S
    assert attempts.wait_s("li", "192.0.2.2", 0.0) == 0


def test_a_password_is_kept_so_that_it_cannot_be_read():
    kept = hash_password("correct horse")

    assert "horse" not in kept
    assert is_password("correct horse", kept)
    assert not is_password("correct horsE", kept)
    assert kept != hash_password("correct horse")


@pytest.mark.parametrize("length", [LENGTH_MIN, LENGTH_MAX])
def test_passwords_have_a_shortest_and_a_longest_length(length: int):
    assert is_password("x" * length, hash_password("x" * length))
    with pytest.raises(PasswordError, match="characters"):
        hash_password("x" * (length + (1 if length == LENGTH_MAX else -1)))


def test_supervisors_lead_and_agents_do_not():
    assert may_lead(BOSS)
    assert not may_lead(LI)
