"""Shops that nobody gets to: another has their telephone number, or they share a code and have no keyword of their own there.

It stops nothing, for their other ways may do. A flow's own check cannot tell, as it knows of no other shop.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from center.routing import Routes

NAMED_MAX = 5
"""Shops of one code."""
TOLD_MAX = 20
"""Codes, and numbers."""


def unreached(routes: Routes) -> Iterator[str]:
    """Each code and number with the shops that it does not lead to, and what to write."""
    codes = routes.unnamed()
    for code, sellers in codes[:TOLD_MAX]:
        yield (
            f"{code} is the code of several shops, and leads nobody to {_named(sellers)}: write `keyword WORD` under `shop`, with a word"
            " that none of the others has"
        )
    taken = routes.outrung()
    for seller, number, first in taken[:TOLD_MAX]:
        yield f"who calls {number} reaches {first}, and never {seller}, which has the same `number`"
    left_out = len(codes[TOLD_MAX:]) + len(taken[TOLD_MAX:])
    if left_out:
        yield f"{left_out} more codes and numbers do not lead to all of their shops"


def _named(sellers: Sequence[str]) -> str:
    more = len(sellers) - NAMED_MAX
    if more > 0:
        return f"{', '.join(sellers[:NAMED_MAX])} and {more} more"
    return " and ".join(filter(None, (", ".join(sellers[:-1]), sellers[-1])))
