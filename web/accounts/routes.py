"""Signing in and out, and the guard before everybody else's routes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Generator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from starlette.requests import HTTPConnection, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from web.accounts.account import Account, Accounts, Role
from web.accounts.attempts import Attempts
from web.accounts.password import hash_password, is_password
from web.accounts.visits import VISIT_S_MAX, OpenPage, VisitBook, Visits
from web.headers import is_same_origin

PAGES = Path(__file__).parent / "pages"
COOKIE = "dialcart"
BODY_BYTES_MAX = 4_096
SIGN_INS_AT_ONCE_MAX = 4
"""Passwords hashed side by side: each takes 32 MB and a tenth of a second."""


class Credentials(msgspec.Struct, frozen=True):
    """What somebody signs in with."""

    name: str
    password: str


_decoder = msgspec.json.Decoder(Credentials)


class Doorkeeper:
    """Knows who is at a browser. A page of another site cannot speak for anybody: cookies are SameSite=Strict, and
    whatever changes something must bear our own Origin.
    """

    def __init__(
        self,
        accounts: Accounts,
        clock: Callable[[], float] = time.time,
        book: VisitBook | None = None,
    ) -> None:
        """`book` keeps who is signed in over a restart. Raises StoreError where it cannot be read."""
        self._accounts = accounts
        self._clock = clock
        self._visits = Visits(accounts, book, clock())
        self._attempts = Attempts()
        self._hashing = asyncio.Semaphore(SIGN_INS_AT_ONCE_MAX)
        # Hashed against when there is no such name, so that the answer takes as long.
        self._nobody = hash_password("nobody has this password")

    def who(self, connection: HTTPConnection) -> Account | None:
        """Who is signed in, on a page or a WebSocket."""
        token = connection.cookies.get(COOKIE)
        return self._visits.find(token, self._clock()) if token else None

    @contextmanager
    def stays(self, connection: HTTPConnection, page: OpenPage) -> Generator[None]:
        """While a page of whoever `who` has found is connected; it is closed as soon as they may not see it any more."""
        token = connection.cookies.get(COOKIE, "")
        self._visits.open(token, page)
        try:
            yield
        finally:
            self._visits.shut(token, page, self._clock())

    def look_again(self, names: Collection[str]) -> None:
        """Some people have changed, or are let go."""
        self._visits.look_again(names, self._clock())

    def end_old(self) -> None:
        """Let nobody stay for longer than a working day; call it now and then."""
        self._visits.end_old(self._clock())

    def admit(self, account: Account) -> str:
        """Let somebody in whom the caller knows already; the value of their cookie."""
        return self._visits.begin(account, self._clock())

    def is_ours(self, connection: HTTPConnection) -> bool:
        """Whether a page of this site asks."""
        return is_same_origin(connection.headers.get("origin"), connection.headers.get("host"))

    def routes(self) -> list[BaseRoute]:
        """Routes of signing in and out."""
        return [
            Route("/sign-in", self._page),
            Route("/sign-in", self._sign_in, methods=["POST"]),
            Route("/sign-out", self._sign_out, methods=["POST"]),
            Route("/who", self._who),
            Mount("/sign-in/pages", StaticFiles(directory=PAGES)),
        ]

    async def _page(self, _: Request) -> Response:
        return FileResponse(PAGES / "sign-in.html")

    async def _sign_in(self, request: Request) -> Response:
        if not self.is_ours(request):
            return _refuse("origin", 403)
        try:
            given = _decoder.decode(await _body(request))
        except (msgspec.MsgspecError, ValueError):
            return _refuse("form", 400)
        address = request.client.host if request.client else ""
        account = self._accounts.account(given.name)
        async with self._hashing:
            # Asked as late as can be: of many tries sent at once the last know how the first went.
            wait_s = self._attempts.wait_s(given.name, address, self._clock())
            if wait_s:
                return _refuse("wait", 429, {"retry-after": str(round(wait_s) + 1)})
            kept = account.password if account else self._nobody
            right = await asyncio.to_thread(is_password, given.password, kept)
        if account is None or not right:
            self._attempts.failed(given.name, address, self._clock())
            return _refuse("wrong", 401)
        self._attempts.succeeded(given.name)
        answer = JSONResponse({"name": account.name, "role": account.role})
        answer.set_cookie(
            COOKIE,
            self.admit(account),
            max_age=round(VISIT_S_MAX),
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return answer

    async def _sign_out(self, request: Request) -> Response:
        if not self.is_ours(request):
            return _refuse("origin", 403)
        self._visits.end(request.cookies.get(COOKIE, ""))
        answer = JSONResponse({})
        answer.delete_cookie(COOKIE)
        return answer

    async def _who(self, request: Request) -> Response:
        account = self.who(request)
        if account is None:
            return _refuse("nobody", 401)
        return JSONResponse({"name": account.name, "role": account.role})


def may_lead(account: Account) -> bool:
    """Whether this person may see and hear the floor."""
    return account.role is Role.SUPERVISOR


async def _body(request: Request) -> bytes:
    """The body, as far as it may go. Raises ValueError if it is longer."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > BODY_BYTES_MAX:
            raise ValueError(f"more than {BODY_BYTES_MAX} bytes")
    return body


def _refuse(why: str, status: int, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"why": why}, status, headers)
