"""The platform's models, read from the data files beside this one, in which every number says where it is from."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources

import msgspec

from center.uap.figures import Figure
from center.uap.resources import Vector, vector

MODELS = ("UAP2100", "UAP3300", "UAP8100")
SLOTS_MAX = 64


class ModelError(ValueError):
    """A model file that cannot be read as one, or a model that there is not."""


class BoardKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A board as it is sold: what it does, and how many units of each resource it brings."""

    does: str
    watts: Figure
    price: Figure
    """Yuan."""
    gives: dict[str, Figure] = {}
    name: str = ""

    @property
    def units(self) -> Vector:
        """What it brings, as a vector."""
        return vector({name: figure.whole for name, figure in self.gives.items()})


class ChassisKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The numbers of a chassis."""

    slots: Figure
    watts_max: Figure
    price: Figure
    """Yuan, of the empty chassis."""
    self_test_s: Figure
    """From insertion to service."""
    take_over_s: Figure
    """From the failure of a chassis to the standby's service."""
    availability: Figure
    """The share of time in service."""
    bearers: Figure
    """Calls that one E1 line carries."""


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A chassis as it is sold, and the boards that it takes. Raises ValueError."""

    name: str
    about: str
    chassis: ChassisKind
    fixed: dict[str, int]
    """Boards that every chassis has in it: switching, clock, management, power."""
    boards: dict[str, BoardKind]

    def __post_init__(self) -> None:
        for kind, board in self.boards.items():
            self.boards[kind] = msgspec.structs.replace(board, name=kind)
            vector({resource: figure.whole for resource, figure in board.gives.items()})
            for resource, figure in board.gives.items():
                if figure.low < 1:
                    raise ValueError(
                        f"{kind} {resource} may be {figure.low:g}: write 1 or more, or leave out"
                        " what the board does not bring"
                    )
        for kind, count in self.fixed.items():
            if kind not in self.boards or count < 1:
                raise ValueError(f"fixed {kind}: write a board of this file and how many")
        taken = sum(self.fixed.values())
        if not taken < self.chassis.slots.low <= self.chassis.slots.high <= SLOTS_MAX:
            raise ValueError(
                f"slots may be {self.chassis.slots.low:g} to {self.chassis.slots.high:g}, of which the"
                f" fixed boards take {taken}: write {taken + 1} to {SLOTS_MAX}"
            )

    @property
    def open_slots(self) -> int:
        """Slots that the fixed boards leave."""
        return self.chassis.slots.whole - sum(self.fixed.values())

    def at(self, name: str, value: float) -> Model:
        """The same with one number, by its name in `figures`, at another place of its range. Raises ValueError."""
        figure = msgspec.structs.replace(dict(self.figures())[name], value=value)
        kind, _, what = name.rpartition(" ")
        if not kind:
            chassis = msgspec.structs.replace(self.chassis, **{name: figure})
            return msgspec.structs.replace(self, chassis=chassis)
        board = self.boards[kind]
        if what in board.gives:
            board = msgspec.structs.replace(board, gives={**board.gives, what: figure})
        else:
            board = msgspec.structs.replace(board, **{what: figure})
        return msgspec.structs.replace(self, boards={**self.boards, kind: board})

    def figures(self) -> Iterator[tuple[str, Figure]]:
        """Every number in the model, by name: of the chassis, and of boards `KIND what`."""
        for name in self.chassis.__struct_fields__:
            yield name, getattr(self.chassis, name)
        for board in self.boards.values():
            yield f"{board.name} watts", board.watts
            yield f"{board.name} price", board.price
            for resource, figure in board.gives.items():
                yield f"{board.name} {resource}", figure


def read_model(text: str) -> Model:
    """Read a model file; raises ModelError that says where it is wrong and what to write."""
    try:
        return msgspec.convert(tomllib.loads(text), Model)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ModelError(str(error)) from error


@cache
def model(name: str) -> Model:
    """A model that ships; raises ModelError for another name."""
    if name not in MODELS:
        raise ModelError(f"there is no model `{name}`; write one of {', '.join(MODELS)}")
    file = resources.files("center.uap") / "models" / f"{name.lower()}.toml"
    return read_model(file.read_text("utf-8"))
