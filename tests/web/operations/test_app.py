"""What operators and their machines are told over HTTP."""

import asyncio

import httpx

from center.measure import Histogram, Measure, counter
from web.operations.app import operations_app

SIZES = Histogram((1, 10))
for size in (1, 2, 3, 100):
    SIZES.observe(size)


def get(path: str, why: dict[str, str] | None = None) -> httpx.Response:
    def binds(carrier: str, up: float) -> Measure:
        return Measure("dialcart_binds", "gauge", "Binds.", ("carrier",), [((carrier,), up)])

    measures = [
        counter("dialcart_turns", "Turns.", 3),
        binds("a", 1),
        SIZES.spread("dialcart_sizes", "Sizes."),
        binds("b", 0),
    ]
    app = operations_app(lambda: measures, lambda: why or {})

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://us") as client:
            return await client.get(path)

    return asyncio.run(ask())


def test_measures_are_told_in_the_words_of_prometheus() -> None:
    answer = get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    lines = answer.text.splitlines()
    assert "dialcart_turns_total 3.0" in lines
    assert 'dialcart_binds{carrier="a"} 1.0' in lines
    assert 'dialcart_binds{carrier="b"} 0.0' in lines
    assert 'dialcart_sizes_bucket{le="1"} 1.0' in lines
    assert 'dialcart_sizes_bucket{le="10"} 3.0' in lines
    assert 'dialcart_sizes_bucket{le="+Inf"} 4.0' in lines
    assert "dialcart_sizes_sum 106.0" in lines
    assert any(line.startswith("process_resident_memory_bytes ") for line in lines)


def test_a_name_that_two_services_tell_has_one_head() -> None:
    assert get("/metrics").text.count("# TYPE dialcart_binds gauge") == 1


def test_health_is_told_while_the_loop_turns() -> None:
    answer = get("/health", {"texts": "no bind to unicom"})
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_readiness_says_why_not() -> None:
    assert get("/ready").status_code == 200
    answer = get("/ready", {"texts": "no bind to unicom"})
    assert answer.status_code == 503
    assert answer.json()["why"] == {"texts": "no bind to unicom"}
