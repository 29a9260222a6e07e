"""The transcripts that are missing: a flow explored breadth first until every edge that can be taken was."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import pairwise

from flows import effects
from flows import program as p
from flows.inputs import Buyer, Input, Keys, Line, Opened, Order, Outcome, Silence, Speech, Text
from flows.machine import CONFIRM, RESUME
from flows.session import ENDED
from flows.settings import is_open
from flows.transcript.coverage import (
    ANYWHERE_NODE,
    Column,
    Edge,
    columns,
    possible,
    tracing_machine,
)
from flows.transcript.lines import effect_line, input_line
from flows.transcript.player import OUTCOMES_MAX, Player, World
from flows.transcript.talk import local_seconds

STATES_MAX = 6_000
"""States explored for one column and world; what is not reached by then is reported as not covered."""
DEPTH_MAX = 40
"""Inputs of one talk."""

NONSENSE = {"zh": "啊啊啊啊", "en": "zzzzzz"}


@dataclass(frozen=True, slots=True)
class _Setting:
    """A world that a talk begins in."""

    title: str
    buyer: Buyer
    at: str
    stock: dict[str, int]


@dataclass(frozen=True, slots=True)
class _State:
    player: Player
    world: World
    lines: tuple[str, ...]
    edges: frozenset[Edge]
    depth: int
    setting: _Setting


def generate(program: p.Program, covered: dict[Column, set[Edge]]) -> list[str]:
    """Talks, as text, that take edges which `covered` lacks; one edge may need none if nothing reaches it."""
    talks: list[str] = []
    for column in columns(program):
        missing = possible(program, column) - covered.get(column, set())
        if missing:
            talks += _Exploration(program, column, missing).talks()
    return talks


class _Exploration:
    def __init__(self, program: p.Program, column: Column, missing: set[Edge]) -> None:
        self.program = program
        self.column = column
        self.missing = set(missing)
        self.machine, self.coverage = tracing_machine(program)
        self.found: list[_State] = []

    def talks(self) -> list[str]:
        for setting in _settings(self.program, self.column):
            self._explore(setting)
            if not self.missing:
                break
        return [self._text(self._settled(state)) for state in self._chosen()]

    def _settled(self, state: _State) -> _State:
        """A talk that stops at an effect is carried to the next question, as a replay would."""
        for _ in range(OUTCOMES_MAX):
            if not state.player.needs_outcome():
                break
            session = state.player.session
            assert session is not None
            state = self._give(state, self._outcomes(session.at, session.cart)[-1], state.lines)
        return state

    def _explore(self, setting: _Setting) -> None:
        now = local_seconds(setting.at, self.program.timezone)
        world = World(setting.buyer, dict(setting.stock), 0, now)
        player = Player(self.machine, self.column.channel, world)
        first = _State(player, world, (), frozenset(), 0, setting)
        queue: deque[_State] = deque()
        opened = self._give(first, Opened(), ())
        queue.append(opened)
        seen: set[object] = set()
        explored = 0
        while queue and self.missing and explored < STATES_MAX:
            state = queue.popleft()
            if state.depth >= DEPTH_MAX:
                continue
            for given in self._candidates(state):
                explored += 1
                following = self._give(state, given, state.lines)
                session = following.player.session
                if session is None or session.at == ENDED:
                    continue
                key = (
                    session.at,
                    session.language,
                    session.tries,
                    session.placed,
                    session.cart,
                    session.calls,
                    tuple(sorted(session.values.items(), key=lambda entry: entry[0])),
                    following.world.buyer.address != "",
                )
                if key not in seen:
                    seen.add(key)
                    queue.append(following)

    def _give(self, state: _State, given: Input, lines: tuple[str, ...]) -> _State:
        world = World(
            state.world.buyer, dict(state.world.stock), state.world.orders, state.world.now
        )
        player = Player(self.machine, self.column.channel, world)
        player.session = state.player.session
        self.coverage.taken.clear()
        found = player.give(given)
        said = [] if isinstance(given, Opened) else [_input_text(given)]
        said += [effect_line(effect, self.program) for effect in found]
        if isinstance(given, Outcome):
            player.note_outcome(given, _last_effects(state))
        taken = self.coverage.taken.get(self.column, set())
        following = _State(
            player,
            world,
            (*lines, *said),
            state.edges | frozenset(taken),
            state.depth + 1,
            state.setting,
        )
        if taken & self.missing:
            self.missing -= taken
            self.found.append(following)
        return following

    def _candidates(self, state: _State) -> list[Input]:
        session = state.player.session
        if session is None or session.at == ENDED:
            return []
        at = session.at
        if at.startswith(CONFIRM):
            return [self._say("1"), self._say("2")]
        if at.startswith(RESUME):
            return [self._say("1")]
        if state.player.needs_outcome():
            return self._outcomes(at, session.cart)
        question = self.machine.questions[at]
        said: list[Input] = []
        if isinstance(question, p.Menu):
            said += [self._say(_option_words(option)) for option in question.options]
        else:
            said += [self._say(words) for words in self._answers(question)]
        for option in self.program.anywhere:
            edge = (ANYWHERE_NODE, p.option_label(option))
            if edge in self.missing and option.channel in (None, self.column.channel):
                said.append(self._say(self._pattern(option)))
        said.append(self._nonsense(question))
        if self.column.channel == "voice":
            said.append(Silence())
        return said

    def _nonsense(self, question: p.Question) -> Input:
        if isinstance(question, p.Ask) and question.type in ("address", "text"):
            # These take any words, so only saying nothing is no answer.
            return Silence() if self.column.channel == "voice" else Text(" ")
        words = NONSENSE.get(self.column.language, NONSENSE["en"])
        return Speech(words, 0.9) if self.column.channel == "voice" else Text(words)

    def _say(self, words: str) -> Input:
        if self.column.channel != "voice":
            return Text(words)
        if words and not words.strip("0123456789*#"):
            return Keys(words)
        return Speech(words, 0.9)

    def _outcomes(self, at: str, cart: tuple[Line, ...]) -> list[Input]:
        node = self.program.nodes[self.program.waits[at]]
        assert isinstance(node, p.PlaceOrder | p.HandOver | p.Request | p.Pay)
        ok = Outcome("ok")
        if isinstance(node, p.PlaceOrder):
            ok = Outcome("ok", {"number": "A0001", "eta": "12:40"})
        elif isinstance(node, p.Request):
            samples: dict[str, int | str | bool] = {"number": 1, "money": 100, "yesno": True}
            ok = Outcome("ok", {name: samples.get(kind, "x") for name, kind in node.results})
        others: list[Input] = []
        for name in node.outcomes:
            missing = {"missing": cart[0].code} if name == "sold out" and cart else {}
            others.append(Outcome(name, dict(missing)))
        return [ok, *others]

    def _answers(self, ask: p.Ask) -> list[str]:
        chinese = self.column.language == "zh"
        match ask.type:
            case "product":
                products = [x for x in self.program.products if ask.group in (None, x.group)]
                return [product.code for product in products[:3]]
            case "number":
                low = ask.lower if ask.lower is not None else 1
                high = ask.upper if ask.upper is not None else max(low, 99)
                return [str(low), str(min(low + 1, high)), str(high)]
            case "digits" | "pin":
                return ["1234567890123456789012345678901234567890"[: ask.lower or 4]]
            case "phone":
                return ["13900139000"]
            case "money":
                return ["50"]
            case "yesno":
                return ["1", "2"]
            case "date":
                return ["明天" if chinese else "tomorrow"]
            case "choice":
                return [_option_words(option) for option in ask.choices]
            case "grammar":
                return self._grammar_words(ask.group or "")
            case "address":
                return ["文三路1号" if chinese else "1 Wensan Road"]
            case _:
                return ["请回电" if chinese else "please call me"]

    def _grammar_words(self, name: str) -> list[str]:
        from grammars.srgs.analysis import phrases
        from grammars.srgs.errors import GrammarError
        from grammars.srgs.reader import read_grammar

        source, content = self.program.grammars.get(name, ("", b""))
        try:
            return phrases(read_grammar(content, uri=source), 2)
        except GrammarError:
            return []

    def _pattern(self, option: p.Option) -> str:
        if not option.slots:
            return _option_words(option)
        samples = {"product": self.program.products[0].code if self.program.products else "1"}
        words = {"number": "2", "phone": "13900139000", "money": "50", "digits": "1234", **samples}
        return " ".join(words.get(kind, "x") for _, kind in option.slots)

    def _chosen(self) -> list[_State]:
        """Talks that together take all that was found, few of them: the one with most that is new comes first."""
        wanted = (
            set[Edge]().union(*(state.edges for state in self.found)) if self.found else set[Edge]()
        )
        chosen: list[_State] = []
        left = list(self.found)
        while wanted and left:
            best = max(left, key=lambda state: (len(state.edges & wanted), -state.depth))
            if not best.edges & wanted:
                break
            chosen.append(best)
            wanted -= best.edges
            left.remove(best)
        return chosen

    def _text(self, state: _State) -> str:
        setting = state.setting
        buyer = setting.buyer
        title = f"# {setting.title}"
        head = (
            f"@ flow {self.program.name}  channel {self.column.channel}  "
            f"lang {self.column.language}  from {buyer.number}  at {setting.at}"
        )
        lines = [title, head]
        if setting.stock:
            listed = " ".join(f"{code}={left}" for code, left in setting.stock.items())
            lines.append(f"@ stock {listed}")
        known: list[str] = []
        if buyer.address:
            known.append(f"address {buyer.address}")
        if buyer.last_order:
            from flows.render import money

            order = buyer.last_order
            listed = " ".join(f"{line.code}x{line.quantity}" for line in order.lines)
            total = money(order.total, self.program.decimals)
            known.append(
                f"last order {order.number} {order.status} {listed} total {total} eta {order.eta}"
            )
        if known:
            lines.append("@ " + "  ".join(known))
        return "\n".join([*lines, *state.lines]) + "\n"


def _input_text(given: Input) -> str:
    if isinstance(given, Text) and not given.text.strip():
        return "> \\"
    return "~" if isinstance(given, Silence) else input_line(given)


def _last_effects(state: _State) -> list[effects.Effect]:
    """The order that an outcome is about, from the session that waits for it."""
    session = state.player.session
    if session is None or not session.cart:
        return []
    total = sum(
        line.quantity * state.player.machine.products[line.code].price for line in session.cart
    )
    return [effects.PlaceOrder(session.cart, total, state.world.buyer.address)]


def _option_words(option: p.Option) -> str:
    if option.key is not None:
        return option.key
    return option.phrases[0] if option.phrases else (option.value or "")


def _settings(program: p.Program, column: Column) -> list[_Setting]:
    """Worlds to begin in: a new buyer, one who is known, a shop that is closed, empty shelves, nearly empty ones."""
    new = Buyer("13800138000", language=column.language)
    lines = tuple(Line(product.code, 1) for product in program.products[:1])
    total = program.products[0].price if program.products else 0
    known = Buyer(
        "13800138000",
        "",
        "文三路1号" if column.language == "zh" else "1 Wensan Road",
        column.language,
        False,
        Order("A0009", "shipped", total, "12:40", lines) if lines else None,
    )
    opened, closed = _times(program)
    none = {product.code: 0 for product in program.products}
    few = {product.code: 1 for product in program.products}
    settings = [
        _Setting("a new buyer", new, opened, {}),
        _Setting("a buyer who was here before", known, opened, {}),
        _Setting("nothing is left", new, opened, none),
        _Setting("little is left", new, opened, few),
    ]
    if closed:
        settings.append(_Setting("the shop is closed", new, closed, {}))
        settings.append(_Setting("the shop is closed for a known buyer", known, closed, {}))
    return settings


def _times(program: p.Program) -> tuple[str, str | None]:
    """A moment when the shop is open, and one when it is not."""
    opened: str | None = None
    closed: str | None = None
    days = [f"2026-11-{day}" for day in range(23, 30)]
    for (yesterday, today), weekday in zip(pairwise(["2026-11-22", *days]), range(7), strict=True):
        for hour in range(24):
            moment = f"{today} {hour:02d}:05"
            if is_open(program.hours, weekday, hour * 60 + 5, today, yesterday):
                opened = opened or (moment if hour >= 10 else None)
            else:
                closed = closed or moment
    return opened or "2026-11-24 12:05", closed
