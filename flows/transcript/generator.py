"""The transcripts that are missing: a flow explored breadth first until every edge that can be taken was.

Each world is explored once from its beginning. The talks are then walks: one goes to what is new by the shortest way
found, and on from there to the nearest edge that is still missing, while it is short enough to read.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from flows import effects
from flows import expression as e
from flows import program as p
from flows.inputs import Input, Opened, Outcome, Silence, Text
from flows.machine import CONFIRM, RESUME
from flows.render import money
from flows.session import ENDED
from flows.transcript.candidates import Candidates
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
from flows.transcript.worlds import Beginning, beginnings

STATES_MAX = 6_000
"""Inputs tried in one world; what is not reached by then is reported as not covered."""
DEPTH_MAX = 40
"""Inputs of one talk, so that a search ends."""
NEAR_MAX = 200
"""Inputs tried to carry a talk on to the next missing edge."""
INPUTS_MAX = 14
"""A talk is not carried on past so many inputs; a longer one is hard to read."""


@dataclass(frozen=True, slots=True)
class _State:
    player: Player
    lines: tuple[str, ...]
    edges: frozenset[Edge]
    """All that were taken from the beginning."""
    depth: int
    beginning: Beginning
    steps: tuple[str, ...]
    """Names of the steps that waited for an answer, for the title."""


def generate(program: p.Program, covered: dict[Column, set[Edge]]) -> list[str]:
    """Talks, as text, that take edges which `covered` lacks; an edge that nothing reaches stays without one."""
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
        self.missing = missing
        self.machine, self.coverage = tracing_machine(program)
        self.candidates = Candidates(program, column)
        self.deciding = _deciding(program)

    def talks(self) -> Iterator[str]:
        found = self._found()
        while self.missing:
            best = max(
                found,
                key=lambda state: (len(state.edges & self.missing), -state.depth),
                default=None,
            )
            if best is None or not best.edges & self.missing:
                return
            walked = self._walk(best)
            self.missing -= walked.edges
            yield self._text(walked)

    def _found(self) -> list[_State]:
        """Of every missing edge that can be taken, a state just behind it."""
        found: list[_State] = []
        wanted = set(self.missing)
        for beginning in beginnings(self.program, self.column):
            first = self._first(beginning)
            if first.edges & wanted:
                found.append(first)
                wanted -= first.edges
            for state in self._search(first, wanted, STATES_MAX):
                found.append(state)
                wanted -= state.edges
                if not wanted:
                    return found
        return found

    def _walk(self, state: _State) -> _State:
        """Carry a talk on to what is still missing, and to a wait for the buyer."""
        missing = self.missing - state.edges
        while missing and state.depth < INPUTS_MAX:
            following = next(self._search(state, missing, NEAR_MAX), None)
            if following is None:
                break
            state = following
            missing -= state.edges
        for _ in range(OUTCOMES_MAX):
            if not state.player.needs_outcome():
                break
            state = self._give(state, self._outcomes(state)[-1])
        return state

    def _search(self, first: _State, wanted: set[Edge], inputs: int) -> Iterator[_State]:
        """States that took something wanted, nearest first; `wanted` may shrink meanwhile."""
        queue = deque([first])
        seen: set[object] = set()
        while queue:
            state = queue.popleft()
            if state.depth >= DEPTH_MAX:
                continue
            for given in self._given(state, wanted):
                inputs -= 1
                if inputs < 0:
                    return
                following = self._give(state, given)
                if (following.edges - state.edges) & wanted:
                    yield following
                key = self._key(following)
                if key is not None and key not in seen:
                    seen.add(key)
                    queue.append(following)

    def _key(self, state: _State) -> object:
        """What tells two states apart for the search; None for one that leads nowhere."""
        session = state.player.session
        if session is None or session.at == ENDED:
            return None
        values = session.values
        return (
            session.at,
            session.language,
            session.tries,
            session.placed,
            session.cart if "cart" in self.deciding else bool(session.cart),
            session.calls,
            session.pending,
            tuple([values.get(name) for name in self.deciding]),
            state.player.world.buyer.address != "",
        )

    def _first(self, beginning: Beginning) -> _State:
        now = local_seconds(beginning.at, self.program.timezone)
        world = World(beginning.buyer, dict(beginning.stock), 0, now)
        player = Player(self.machine, self.column.channel, world)
        return self._give(_State(player, (), frozenset(), 0, beginning, ()), Opened())

    def _give(self, state: _State, given: Input) -> _State:
        old = state.player.world
        world = World(old.buyer, dict(old.stock), old.orders, old.now)
        player = Player(self.machine, self.column.channel, world)
        player.session = state.player.session
        self.coverage.taken.clear()
        found = player.give(given)
        said = [] if isinstance(given, Opened) else [_input_text(given, self.program)]
        said += [effect_line(effect, self.program) for effect in found]
        if isinstance(given, Outcome):
            player.note_outcome(given, _order(state, self.program))
        taken = self.coverage.taken.get(self.column, set())
        return _State(
            player,
            (*state.lines, *said),
            state.edges | taken,
            state.depth + 1,
            state.beginning,
            _with_step(state.steps, player),
        )

    def _given(self, state: _State, wanted: set[Edge]) -> list[Input]:
        session = state.player.session
        if session is None or session.at == ENDED:
            return []
        if session.at.startswith(CONFIRM):
            return [self.candidates.say("1"), self.candidates.say("2")]
        if session.at.startswith(RESUME):
            return [self.candidates.say("1")]
        if state.player.needs_outcome():
            return self._outcomes(state)
        said = self.candidates.at_question(self.machine.questions[session.at])
        for option in p.offered(self.program.anywhere, self.column.channel):
            edge = (ANYWHERE_NODE, p.option_label(option))
            # Said where it is missing, and as a first message, since other steps may lie behind it.
            if edge in wanted or state.depth == 1:
                said.append(self.candidates.anywhere(option))
        return said

    def _outcomes(self, state: _State) -> list[Input]:
        session = state.player.session
        assert session is not None
        return self.candidates.outcomes(session.at, session.cart)

    def _text(self, state: _State) -> str:
        beginning = state.beginning
        buyer = beginning.buyer
        how = (
            f"flow {self.program.name}  channel {self.column.channel}  lang {self.column.language}"
        )
        lines = [
            f"# {beginning.title}: {', '.join(state.steps)}",
            f"@ {how}  from {buyer.number}  at {beginning.at}",
        ]
        if beginning.stock:
            listed = " ".join(f"{code}={left}" for code, left in beginning.stock.items())
            lines.append(f"@ stock {listed}")
        known: list[str] = []
        known += [f"address {address}" for address in buyer.addresses]
        if buyer.last_order:
            order = buyer.last_order
            listed = " ".join(f"{line.code}x{line.quantity}" for line in order.lines)
            total = money(order.total, self.program.decimals)
            known.append(
                f"last order {order.number} {order.status} {listed} total {total} eta {order.eta}"
            )
        if known:
            lines.append("@ " + "  ".join(known))
        return "\n".join([*lines, *state.lines]) + "\n"


def _deciding(program: p.Program) -> tuple[str, ...]:
    """Names whose values may decide which way a session goes; the others only stand in texts."""
    texts = [option.guard for option in program.anywhere]
    for node in program.nodes:
        match node:
            case p.Branch(condition=condition):
                texts.append(condition)
            case p.Assign(value=value):
                texts.append(value)
            case p.Call(arguments=arguments):
                texts += arguments
            case p.Menu(options=options):
                texts += [option.guard for option in options]
            case _:
                pass
    names: set[str] = set()
    for text in texts:
        try:
            paths = e.paths(e.parse_expression(text)) if text else []
        except e.ExpressionError:
            continue
        for path in paths:
            # Whether there is a cart at all is looked at in any case.
            if path.parts != ("cart", "is_empty"):
                names |= {path.parts[0], ".".join(path.parts)}
    return tuple(sorted(names))


def _with_step(steps: tuple[str, ...], player: Player) -> tuple[str, ...]:
    session = player.session
    if session is None or session.at == ENDED:
        return steps
    step = session.at.strip(CONFIRM + RESUME).rpartition(".")[0]
    return steps if step in steps else (*steps, step)


def _input_text(given: Input, program: p.Program) -> str:
    if isinstance(given, Text) and not given.text.strip():
        return "> \\"
    return "~" if isinstance(given, Silence) else input_line(given, program)


def _order(state: _State, program: p.Program) -> list[effects.Effect]:
    """The order that an outcome is about, if it is an order that the session waits for."""
    session = state.player.session
    assert session is not None
    if not isinstance(program.nodes[program.waits[session.at]], p.PlaceOrder):
        return []
    products = state.player.machine.products
    total = sum(line.quantity * products[line.code].price for line in session.cart)
    return [effects.PlaceOrder(session.cart, total, state.player.world.buyer.address)]
