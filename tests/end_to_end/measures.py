"""What a running shop says of its platform."""

import re
import urllib.request

from tests.end_to_end.telephone_shop import Running
from tests.waiting import until


def measures(shop: Running) -> dict[str, float]:
    """What the shop tells operators, by name and labels."""
    (address,) = re.findall(r"http://\S+/metrics", shop.said)
    with urllib.request.urlopen(address) as answer:
        lines = answer.read().decode().splitlines()
    told = [line.rpartition(" ") for line in lines if not line.startswith("#")]
    return {name: float(value) for name, _, value in told}


def wait_for(shop: Running, name: str, value: float) -> None:
    """Until a measure is so; each look asks the shop over HTTP."""
    told: dict[str, float] = {}

    def is_so() -> bool:
        told.update(measures(shop))
        return told.get(name) == value

    until(is_so, lambda: f"{name} is {told.get(name)}, not {value}")
