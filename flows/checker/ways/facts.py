"""What is certain at each node, whichever way a buyer came: names that are set, a cart that is not empty, and the like.

A forward analysis over the graph: what holds at a node is what holds on all ways to it. A called step is summed up once,
so that what held before the call still holds after it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from flows import expression as e
from flows import program as p
from flows.checker.subject import Subject
from flows.checker.ways.shape import Shape

CART, ADDRESS, TOLD, AGREED, FRESH, OPEN, ORDERED, MISSING, LAST = (1 << bit for bit in range(9))
"""The cart is not empty; the buyer's address is known; the total was told; a question was answered since; the cart was not
ordered yet; the shop is open; an order was placed; a product was found missing; the buyer has an earlier order."""
_FACTS = 9

_State = int
"""A bit a fact, and above them a bit a variable."""


def facts_of(subject: Subject) -> Facts:
    """The facts of a flow, worked out once for all flows of its shape whose texts tell the same."""
    texts = [_tells(text) for text in subject.program.texts]
    telling = tuple([any(texts[i] for i in set(row)) for row in subject.program.wordings])
    return _facts(subject.shape, telling)


def _tells(text: str) -> bool:
    return "money" in text or "cart." in text


@lru_cache(maxsize=16)
def _facts(shape: Shape, telling: tuple[bool, ...]) -> Facts:
    return Facts(shape, telling)


class Facts:
    """What is certain at each node of programs of one shape."""

    def __init__(self, shape: Shape, telling: tuple[bool, ...]) -> None:
        self.shape = shape
        self.nodes = shape.nodes
        self.bits: dict[str, int] = {}
        self.telling = telling
        """Whether a wording tells of the cart or of an amount, by wording."""
        for node in self.nodes:
            for name in _names(node):
                self._bit(name)
        for option in shape.anywhere:
            for name, _ in option.slots:
                self._bit(name)
        self.everything = (1 << (_FACTS + len(self.bits))) - 1
        self.summaries: dict[int, tuple[_State, _State]] = {}
        self.at = self._run(self._entries())
        """Facts by node, for nodes that some way leads to."""

    def holds(self, index: int, fact: int) -> bool:
        """Whether a fact is certain at a node; true where no way leads."""
        state = self.at.get(index)
        return state is None or state & fact == fact

    def is_set(self, index: int, name: str) -> bool:
        """Whether a variable is set whichever way a buyer comes to a node."""
        return self.holds(index, self.bits.get(name, 0))

    # --- building ---

    def _bit(self, name: str) -> int:
        if name not in self.bits:
            self.bits[name] = 1 << (_FACTS + len(self.bits))
        return self.bits[name]

    def _entries(self) -> Iterator[tuple[int, _State]]:
        yield self.shape.start, FRESH
        yield self.shape.turns_target, FRESH
        for option in self.shape.anywhere:
            state = FRESH | given(option.guard)[0]
            for name, _ in option.slots:
                state |= self._bit(name)
            yield option.target, state

    def _run(
        self, entries: Iterable[tuple[int, _State]], *, inside: bool = False
    ) -> dict[int, int]:
        """Facts by node where sessions begin with what the entries say; `inside` stays within one called step."""
        found: dict[int, _State] = {}
        waiting: deque[int] = deque()
        queued: set[int] = set()

        def come(index: int, state: _State) -> None:
            if index == p.NOWHERE:
                return
            before = found.get(index)
            after = state if before is None else before & state
            if after != before:
                found[index] = after
                if index not in queued:
                    queued.add(index)
                    waiting.append(index)

        for index, state in entries:
            come(index, state)
        while waiting:
            index = waiting.popleft()
            queued.discard(index)
            for to, state in self._onward(index, found[index], inside=inside):
                come(to, state)
        return found

    def _onward(self, index: int, state: _State, *, inside: bool) -> Iterator[tuple[int, _State]]:
        node = self.nodes[index]
        match node:
            case p.Say(wording, following) | p.SendSms(wording, following):
                yield following, state | TOLD if self.telling[wording] else state
            case p.Branch(condition, yes, no):
                when_true, when_false = given(condition)
                yield yes, state | when_true
                yield no, state | when_false
            case p.Assign(path, _, following):
                yield following, self._assigned(path, state)
            case p.Menu(wording=wording, options=options, retry=retry):
                state = self._asked(state, () if wording is None else (wording,))
                for option in options:
                    yield option.target, state | given(option.guard)[0]
                yield retry.target, state
            case p.Ask(name=name, wordings=wordings, next=following, retry=retry):
                state = self._asked(state, wordings)
                yield following, state | self.bits[name]
                yield retry.target, state
            case p.Add(next=following):
                yield following, (state | CART | FRESH) & ~(TOLD | AGREED)
            case p.Remove(next=following):
                yield following, (state | FRESH) & ~(TOLD | AGREED)
            case p.Empty(following):
                yield following, (state | FRESH) & ~(CART | TOLD | AGREED)
            case p.PlaceOrder(outcomes=outcomes, next=following):
                yield following, (state | ORDERED | LAST) & ~FRESH
                for outcome, to in outcomes.items():
                    yield to, state | MISSING if outcome == "sold out" else state
            case p.Request(name=name, outcomes=outcomes, next=following):
                yield following, state | self.bits[name]
                yield from ((to, state) for to in outcomes.values())
            case p.Pay(outcomes=outcomes, next=following):
                # Who pays the amount has agreed to it.
                yield following, state | TOLD | AGREED
                yield from ((to, state) for to in outcomes.values())
            case p.HandOver(outcomes=outcomes, next=following):
                yield following, state
                yield from ((to, state) for to in outcomes.values())
            case p.Call(target=target, parameters=parameters, next=following):
                for name in parameters:
                    state |= self.bits[name]
                if not inside:
                    yield target, state
                gained, kept = self._summary(target)
                yield following, gained | (state & kept)
            case p.TellShop(next=following):
                yield following, state
            case p.Return() | p.Goodbye():
                pass

    def _assigned(self, path: str, state: _State) -> _State:
        match path:
            case "cart":
                return (state | CART | FRESH) & ~(TOLD | AGREED)
            case "buyer.address":
                return state | ADDRESS
            case _:
                return state | self.bits[path]

    def _asked(self, state: _State, wordings: tuple[int, ...]) -> _State:
        if any(self.telling[wording] for wording in wordings):
            state |= TOLD
        return state | AGREED if state & TOLD else state

    def _summary(self, target: int) -> tuple[_State, _State]:
        """What a called step makes certain, and what stays so."""
        found = self.summaries.get(target)
        if found is None:
            # A step that calls itself is taken to do all it could; F112 tells of it.
            self.summaries[target] = self.everything, self.everything
            gained = kept = self.everything
            least = self._run([(target, 0)], inside=True)
            most = self._run([(target, self.everything)], inside=True)
            for index, state in least.items():
                if isinstance(self.nodes[index], p.Return):
                    gained &= state
                    kept &= most[index]
            found = self.summaries[target] = gained, kept
        return found


@lru_cache(maxsize=20_000)
def given(condition: str | None) -> tuple[_State, _State]:
    """What is certain where a condition is true, and where it is false."""
    if condition is None:
        return 0, 0
    try:
        tree = e.parse_expression(condition)
    except e.ExpressionError:
        return 0, 0
    return _given(tree, truth=True), _given(tree, truth=False)


_WHEN_TRUE: Mapping[str, int] = {
    "buyer.has_address": ADDRESS,
    "buyer.has_last_order": LAST,
    "shop.is_open": OPEN,
}
_WHEN_FALSE: Mapping[str, int] = {"cart.is_empty": CART, "shop.is_closed": OPEN}


def _given(tree: e.Expression, *, truth: bool) -> _State:
    match tree:
        case e.Path():
            return (_WHEN_TRUE if truth else _WHEN_FALSE).get(str(tree), 0)
        case e.Not(operand):
            return _given(operand, truth=not truth)
        case e.Every(operands) | e.Some(operands):
            states = [_given(operand, truth=truth) for operand in operands]
            together = isinstance(tree, e.Every) == truth
            result = 0 if together else ~0
            for state in states:
                result = result | state if together else result & state
            return result if result != ~0 else 0
        case e.Comparison(_, e.Path(parts), e.Truth(value)) | e.Comparison(
            _, e.Truth(value), e.Path(parts)
        ):
            same = (tree.operator == "==") == value
            return _given(e.Path(parts), truth=truth == same)
        case e.Comparison():
            # Who compares what is in the cart has thought of an empty one.
            read = {path.parts[0] for path in e.paths(tree)}
            return CART if "cart" in read else 0
        case _:
            return 0


def _names(node: p.AnyNode) -> tuple[str, ...]:
    match node:
        case p.Ask(name=name) | p.Request(name=name):
            return (name,)
        case p.Assign(path):
            return (path,)
        case p.Call(parameters=parameters):
            return parameters
        case _:
            return ()
