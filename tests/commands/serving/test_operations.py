"""What the operators' port says of all services."""

import asyncio
from typing import Any, cast

from commands.serving.operations import Operations


class Texts:
    """A service whose carriers are gone."""

    name = "texts"

    def unready(self) -> str | None:
        return "no bind to unicom"


def test_what_ends_while_draining_is_no_fault() -> None:
    operations = Operations("127.0.0.1", 0, cast("Any", [Texts()]))
    told = operations._all_unready  # noqa: SLF001
    assert told() == {"texts": "no bind to unicom"}
    asyncio.run(operations.drain())
    assert told() == {"operations": "draining"}
