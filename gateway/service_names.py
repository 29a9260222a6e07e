"""What flows ask of partners' systems beside what is set: each of both that the other lacks, and what to write.

Nothing of it stops a shop: a request of what is not set fails at once, for which its flow must have a way (F105). Sellers are
looked at one by one, for forty thousand of them need not be in memory together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches

from flows.program import Pay, Program, Request
from gateway.partner import Partner
from gateway.payment import OPERATION, SERVICE

SHOWN_MAX = 20
"""Services and operations that are told of."""
SELLERS_SHOWN_MAX = 3

Asked = tuple[str, str]
"""A service and an operation of it."""


class ServiceNames:
    """Services that are set, beside flows, which are given one after the other (`add`)."""

    def __init__(self, partners: Iterable[Partner]) -> None:
        self._partners = {partner.name: partner for partner in partners}
        self._unset: dict[Asked, list[str]] = {}
        """Who asks for what is not set: the first few sellers."""
        self._barred: dict[Asked, list[str]] = {}
        """Who asks for what is set for others."""
        self._count: dict[Asked, int] = {}
        self._used: set[Asked] = set()
        self._absent = {name: set(partner.sellers) for name, partner in self._partners.items()}
        """Sellers that services name and that have not been seen."""
        self._last: tuple[object, tuple[Asked, ...]] = (None, ())

    def add(self, seller: str, program: Program) -> None:
        """Look at a seller's flow."""
        for absent in self._absent.values():
            absent.discard(seller)
        for asked in self._asked(program):
            service, operation = asked
            partner = self._partners.get(service)
            self._used.add(asked)
            if partner is not None and partner.serves(seller, operation):
                continue
            is_set = partner is not None and operation in partner.operations
            sellers = (self._barred if is_set else self._unset).setdefault(asked, [])
            self._count[asked] = self._count.get(asked, 0) + 1
            if len(sellers) < SELLERS_SHOWN_MAX:
                sellers.append(seller)

    def _asked(self, program: Program) -> tuple[Asked, ...]:
        # Sellers of one template have the same nodes.
        if program.nodes is not self._last[0]:
            asked = {(n.service, n.operation) for n in program.nodes if isinstance(n, Request)}
            if any(isinstance(node, Pay) for node in program.nodes):
                asked.add((SERVICE, OPERATION))
            self._last = program.nodes, tuple(sorted(asked))
        return self._last[1]

    def missing(self) -> Iterator[str]:
        """What flows ask for and cannot have, and what to write."""
        told = [*self._told_unset(), *self._told_barred()]
        yield from told[:SHOWN_MAX]
        if len(told) > SHOWN_MAX:
            yield f"{len(told) - SHOWN_MAX} more that flows ask for are not set"

    def unused(self) -> Iterator[str]:
        """What is set and no flow asks for, and sellers that are named and not there."""
        for name, partner in self._partners.items():
            services = sorted({service for service, _ in self._used})
            if name not in services:
                yield f"[[service]] {name}: no flow asks for it; {_near(name, services, 'take it out')}"
                continue
            there = sorted(operation for service, operation in self._used if service == name)
            for operation in partner.operations:
                if operation not in there:
                    yield (
                        f"[[service]] {name}: no flow asks for `{operation}`;"
                        f" {_near(operation, there, 'take it out')}"
                    )
            for seller in sorted(self._absent[name]):
                yield f"[[service]] {name}: no seller is called {seller}, or its flow has errors"

    def _told_unset(self) -> Iterator[str]:
        for (service, operation), sellers in sorted(self._unset.items()):
            partner = self._partners.get(service)
            if partner is None:
                near = _near(service, self._partners, f'write [[service]] with name = "{service}"')
                lacks = f"no [[service]] is called {service}"
            else:
                write = f'write operations = {{ {operation} = "..." }}'
                near = _near(operation, partner.operations, write)
                lacks = f"[[service]] {service} has no operation {operation}"
            yield self._line((service, operation), sellers, lacks, near)

    def _told_barred(self) -> Iterator[str]:
        for asked, sellers in sorted(self._barred.items()):
            lacks = f"[[service]] {asked[0]} is for other sellers"
            yield self._line(asked, sellers, lacks, "add who may ask to `sellers`")

    def _line(self, asked: Asked, sellers: Sequence[str], lacks: str, write: str) -> str:
        more = self._count[asked] - len(sellers)
        who = ", ".join(sellers) + (f" and {more} more" if more else "")
        asks = "asks for" if self._count[asked] == 1 else "ask for"
        return f"{who} {asks} {'.'.join(asked)}, which fails at once: {lacks}; {write}"


def _near(wrong: str, there: Iterable[str], otherwise: str) -> str:
    """What to write in its place."""
    near = get_close_matches(wrong, list(there), 1)
    return f"did you mean `{near[0]}`?" if near else otherwise
