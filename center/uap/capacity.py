"""The platform at work: whom it lets in, what they hold, and what happens to them as boards come and go.

    admit(call, kind, now) -> Admitted | Refused      enter(call, phase) -> Admitted | Refused      release(call)      rename(call, name)
    insert, drain, restore, remove, fail, fail_chassis, repair_chassis; advance(now) for what takes time; timer()

Three promises. Nothing is held twice: a unit is on one board and with one call. Who was let in gets what its phases
need, for it holds that from the door on; the one exception is who lost its reserve with a failed board and finds no
other. Inserting, testing and draining a board drop nobody; a board or a chassis that fails drops those who were using
it and nobody else.

A call has a home, the chassis of its port, and takes what it can there; what its home lacks comes from another chassis
over the cascade, so that all active chassis are one pool. Deciding costs the same however many calls and chassis there
are: counts are kept, never taken again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from center.uap.boards import BY_OPERATORS, Board, Move, Place
from center.uap.chassis import ROLES, Chassis, PlatformError, Role
from center.uap.door import RETRY_CLOSED_S, RETRY_FULL_S, Admitted, Refused, Why, retry_after
from center.uap.kinds import Kind
from center.uap.models import Model
from center.uap.resources import CAPS, NOTHING, RESOURCES, Vector
from center.uap.rota import Rota

CHASSIS_MAX = 256
BURST_S = 1.0
"""So many seconds' worth of call attempts may come at once; the rate is kept over longer times."""


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of each resource is in service, is taken (on draining boards as well), and can be taken."""

    units: Vector
    taken: Vector
    free: Vector


class _Call:
    """One that was let in."""

    __slots__ = ("held", "home", "kind", "phase", "seller")

    def __init__(self, kind: Kind, home: Chassis, seller: str) -> None:
        self.kind = kind
        self.home = home
        self.seller = seller
        self.phase = 0
        self.held: list[tuple[Board, int]] = []
        """A board and a resource for each unit."""

    def holds(self, resource: int) -> int:
        return self.units()[resource]

    def units(self) -> list[int]:
        units = list(NOTHING)
        for _, resource in self.held:
            units[resource] += 1
        return units


class Capacity:
    """Chassis, boards, and the calls and seats that draw on them."""

    def __init__(self, sellers: Mapping[str, int] | None = None) -> None:
        self.chassis: dict[str, Chassis] = {}
        self.sellers = dict(sellers or {})
        """By seller: calls at once that its contract allows. Who is not named has no limit of its own."""
        self._calls: dict[str, _Call] = {}
        self._of_seller: dict[str, int] = {}
        self._rota: Rota[Chassis] = Rota()
        """Of the active chassis."""
        self._free = list(NOTHING)
        """Of all active chassis."""
        self._units = list(NOTHING)
        """In service in all active chassis, free or taken."""
        self._testing: list[Board] = []
        self._active_wanted = 0
        """Chassis that were set up to be active."""
        self._full_until = 0.0
        """Call attempts that were let in fill the rate up to this time (a leaky bucket)."""

    # Calls and seats

    def admit(self, call: str, kind: Kind, now: float, *, seller: str = "") -> Admitted | Refused:
        """Let a call or a seat in, or say why not. Asked twice, the answer is the same."""
        known = self._calls.get(call)
        if known is not None:
            return Admitted(call, known.home.name)
        if seller in self.sellers and self._of_seller.get(seller, 0) >= self.sellers[seller]:
            return Refused(Why.SELLER, RETRY_FULL_S)
        caps = self._free[CAPS]
        if kind.is_call:
            if not caps:
                return Refused(Why.CLOSED, RETRY_CLOSED_S, RESOURCES[CAPS])
            ahead_s = self._full_until - now
            if ahead_s > BURST_S:
                return Refused(Why.RATE, retry_after(ahead_s - BURST_S), RESOURCES[CAPS])
        wants = kind.wants[0]
        for resource, units in wants:
            if self._free[resource] < units + kind.spare[resource]:
                return self._short_of(resource)
        if kind.is_call:
            self._full_until = max(self._full_until, now) + 1 / caps
        home = self._rota.next(wants[0][0])
        found = self._calls[call] = _Call(kind, home, seller)
        for resource, units in wants:
            self._take(call, found, resource, units)
        if seller:
            self._of_seller[seller] = self._of_seller.get(seller, 0) + 1
        return Admitted(call, home.name)

    def enter(self, call: str, phase: str) -> Admitted | Refused:
        """Go to another phase; what no phase from there on needs goes back.

        A later phase is refused only to one who lost its reserve with a failed board. One that was left behind is
        entered again like a door: only if all is free that it and those after it need. Refused changes nothing.
        Raises PlatformError for a call that was not let in or has been dropped, ValueError for a phase it has not.
        """
        found = self._calls.get(call)
        if found is None:
            raise PlatformError(f"call {call} is not on the platform")
        place = found.kind.place(phase)
        must = found.kind.phases[place].takes if place >= found.phase else found.kind.needs[place]
        free, has = self._free, found.units()
        for resource, units in enumerate(must):
            if units and units - has[resource] > free[resource]:
                return self._short_of(resource)
        found.phase = place
        for resource, units in enumerate(found.kind.needs[place]):
            lacks = units - has[resource]
            if lacks > 0:
                self._take(call, found, resource, min(lacks, free[resource]))
            elif lacks < 0:
                self._give_back(call, found, resource, -lacks)
        return Admitted(call, found.home.name)

    def release(self, call: str) -> None:
        """A call has ended or a seat is left; what it held is free. Released twice is released once."""
        found = self._calls.pop(call, None)
        if found is None:
            return
        for board, resource in found.held:
            self._return(call, board, resource)
        if found.seller:
            self._of_seller[found.seller] -= 1
            if not self._of_seller[found.seller]:
                del self._of_seller[found.seller]

    def rename(self, call: str, name: str) -> None:
        """A call that was let in before its name was known has one that is not taken. Raises PlatformError."""
        if name in self._calls or call not in self._calls:
            raise PlatformError(f"call {call} cannot be called {name}")
        found = self._calls[name] = self._calls.pop(call)
        for board in {board for board, _ in found.held}:
            board.rename(call, name)

    # Boards and chassis

    def add_chassis(self, name: str, model: Model, *, standby: bool = False) -> None:
        """Set up an empty chassis. Raises PlatformError."""
        if name in self.chassis or not name:
            raise PlatformError(
                f"there is a chassis `{name}` already; give this one a name of its own"
            )
        if len(self.chassis) >= CHASSIS_MAX:
            raise PlatformError(f"a platform has at most {CHASSIS_MAX} chassis")
        role: Role = "standby" if standby else "active"
        self.chassis[name] = Chassis(name, model, role)
        self._active_wanted += not standby

    def insert(self, place: Place, kind: str, now: float) -> Board:
        """Put a board into a slot; it tests itself and is in service after `self_test_s`. Raises PlatformError."""
        chassis = self._chassis(place.chassis)
        board = chassis.insert(place.slot, kind)
        self._test(board, chassis, "test", now)
        return board

    def drain(self, place: Place) -> None:
        """Take nothing new to a board; it is out when the last has gone. Raises PlatformError."""
        board = self._board(place, "drain")
        self._close(board)
        board.move("drain")
        if not board.holders:
            board.move("emptied")

    def restore(self, place: Place, now: float) -> None:
        """Take a board back into service: at once while it drains, else by a self-test. Raises PlatformError."""
        board = self._board(place, "restore")
        if board.state == "draining":
            board.move("restore")
            self._open(board)
        else:
            self._test(board, self._chassis(place.chassis), "restore", now)

    def remove(self, place: Place) -> None:
        """Pull a board that is out of service. Raises PlatformError."""
        board = self._board(place, "remove")
        if board in self._testing:
            self._testing.remove(board)
        del self._chassis(place.chassis).boards[place.slot]

    def fail(self, place: Place) -> list[str]:
        """A board has failed; the calls and seats that it took down. Raises PlatformError."""
        board = self._board(place, "fail")
        if board.state == "in service":
            self._close(board)
        if board in self._testing:
            self._testing.remove(board)
        board.move("fail")
        return self._drop([board])

    def fail_chassis(self, name: str, now: float) -> list[str]:
        """A chassis has failed, and a standby takes over if one is missing; the calls and seats that it took down."""
        chassis = self._chassis(name)
        if (chassis.role, "fail") not in ROLES:
            raise PlatformError(
                f"chassis {name} is {chassis.role} already; repair it when it works"
            )
        if chassis.role == "active":
            self._count_chassis(chassis, -1)
            self._rota.take_out(chassis)
        chassis.role = ROLES[chassis.role, "fail"]
        chassis.takes_over_at = None
        serving = [board for board in chassis.boards.values() if board.state == "in service"]
        for board in serving:
            chassis.count_out(board)
        dropped = self._drop(list(chassis.boards.values()))
        for board in serving:
            chassis.count_in(board)
        for board in chassis.boards.values():
            if board.state == "draining":
                board.move("emptied")
        self._stand_in(now)
        return dropped

    def repair_chassis(self, name: str, now: float) -> None:
        """A failed chassis works again: it stands by, or takes over where one is missing. Raises PlatformError."""
        chassis = self._chassis(name)
        if (chassis.role, "repair") not in ROLES:
            raise PlatformError(
                f"chassis {name} is {chassis.role}, and only a failed one is repaired"
            )
        chassis.role = ROLES[chassis.role, "repair"]
        self._stand_in(now)

    def advance(self, now: float) -> list[Board]:
        """Let what is due happen: self-tests end, standbys take over. The boards that came into service."""
        opened = [board for board in self._testing if board.tested_at <= now]
        self._testing = [board for board in self._testing if board.tested_at > now]
        for board in opened:
            board.move("pass")
            self._open(board)
        for chassis in self.chassis.values():
            if chassis.takes_over_at is not None and chassis.takes_over_at <= now:
                chassis.takes_over_at = None
                chassis.role = ROLES[chassis.role, "take over"]
                self._count_chassis(chassis, 1)
                self._rota.put_in(chassis)
        return opened

    def timer(self) -> float | None:
        """When to call `advance` next, in Unix seconds."""
        due = [board.tested_at for board in self._testing]
        due += [c.takes_over_at for c in self.chassis.values() if c.takes_over_at is not None]
        return min(due, default=None)

    # What there is

    def usage(self) -> Usage:
        """Units in service in active chassis, how many are taken, and how many can be."""
        taken = list(NOTHING)
        for call in self._calls.values():
            for _, resource in call.held:
                taken[resource] += 1
        return Usage(tuple(self._units), tuple(taken), tuple(self._free))

    def holds(self, call: str, resource: int) -> int:
        """Units of a resource that a call has now."""
        found = self._calls.get(call)
        return found.holds(resource) if found is not None else 0

    def calls(self) -> dict[str, tuple[str, str, str]]:
        """By call: its kind, its phase and its home."""
        return {
            name: (call.kind.name, call.kind.phases[call.phase].name, call.home.name)
            for name, call in self._calls.items()
        }

    # Helpers

    def _stand_in(self, now: float) -> None:
        """Standbys begin to take over until as many chassis serve, or soon will, as were set up to."""
        idle = [c for c in self.chassis.values() if c.role == "standby" and c.takes_over_at is None]
        serving = sum(
            c.role == "active" or c.takes_over_at is not None for c in self.chassis.values()
        )
        for chassis in idle[: max(0, self._active_wanted - serving)]:
            chassis.takes_over_at = now + chassis.model.chassis.take_over_s.value

    def _short_of(self, resource: int) -> Refused:
        if self._units[resource]:
            return Refused(Why.FULL, RETRY_FULL_S, RESOURCES[resource])
        return Refused(Why.CLOSED, RETRY_CLOSED_S, RESOURCES[resource])

    def _take(self, name: str, call: _Call, resource: int, units: int) -> None:
        for _ in range(units):
            home = call.home
            at_home = home.free[resource] and home.role == "active"
            chassis = home if at_home else self._rota.next(resource)
            near = call.held[-1][0] if call.held else None
            if near is not None and near.place.chassis != chassis.name:
                near = None
            call.held.append((chassis.take(name, resource, near), resource))
        self._free[resource] -= units

    def _give_back(self, name: str, call: _Call, resource: int, units: int) -> None:
        for held in [held for held in call.held if held[1] == resource][:units]:
            call.held.remove(held)
            self._return(name, *held)

    def _return(self, name: str, board: Board, resource: int) -> None:
        chassis = self.chassis[board.place.chassis]
        if chassis.give_back(name, board, resource) and chassis.role == "active":
            self._free[resource] += 1
            self._rota.put_back(chassis, resource)

    def _drop(self, boards: list[Board]) -> list[str]:
        """Boards that are counted out already lose what they carried; the calls that used it are dropped."""
        lost: dict[str, list[int]] = {}
        for board in boards:
            for name, resources in board.holders.items():
                lost.setdefault(name, []).extend(resources)
                call = self._calls[name]
                call.held = [held for held in call.held if held[0] is not board]
            board.holders.clear()
            board.free = list(board.kind.units)
        dropped: list[str] = []
        for name, resources in lost.items():
            call = self._calls[name]
            in_use = call.kind.phases[call.phase].takes
            if any(call.holds(resource) < in_use[resource] for resource in resources):
                dropped.append(name)
        for name in dropped:
            self.release(name)
        for name, resources in lost.items():
            call = self._calls.get(name)
            if call is not None:
                # It was keeping these for later: another board gives them, if one can.
                for resource in resources:
                    self._take(name, call, resource, min(1, self._free[resource]))
        return dropped

    def _test(self, board: Board, chassis: Chassis, move: Move, now: float) -> None:
        board.move(move)
        board.tested_at = now + chassis.model.chassis.self_test_s.value
        self._testing.append(board)

    def _open(self, board: Board) -> None:
        chassis = self.chassis[board.place.chassis]
        chassis.count_in(board)
        if chassis.role == "active":
            self._count(board.free, board.kind.units, 1)
            self._rota.put_in(chassis)

    def _close(self, board: Board) -> None:
        chassis = self.chassis[board.place.chassis]
        chassis.count_out(board)
        if chassis.role == "active":
            self._count(board.free, board.kind.units, -1)

    def _count_chassis(self, chassis: Chassis, sign: int) -> None:
        for board in chassis.boards.values():
            if board.state == "in service":
                self._count(board.free, board.kind.units, sign)

    def _count(self, free: Iterable[int], units: Iterable[int], sign: int) -> None:
        for resource, (some, all_) in enumerate(zip(free, units, strict=True)):
            self._free[resource] += sign * some
            self._units[resource] += sign * all_

    def _chassis(self, name: str) -> Chassis:
        if name not in self.chassis:
            known = ", ".join(self.chassis) or "none yet"
            raise PlatformError(f"there is no chassis `{name}`; there are {known}")
        return self.chassis[name]

    def _board(self, place: Place, move: Move) -> Board:
        board = self._chassis(place.chassis).boards.get(place.slot)
        if board is None:
            raise PlatformError(
                f"slot {place.slot} of {place.chassis} is empty; insert a board first"
            )
        if not board.may(move):
            instead = " or ".join(one for one in BY_OPERATORS if board.may(one))
            raise PlatformError(
                f"the board in slot {place.slot} of {place.chassis} is {board.state};"
                f" from there one can {instead} it, not {move} it"
            )
        return board
