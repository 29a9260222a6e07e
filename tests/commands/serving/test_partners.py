"""Partners' systems as a service of the shop: what it tells, and what it leaves at its end."""

import asyncio
import re
from pathlib import Path

from center.measure import Measure
from commands.serving.business import open_business
from commands.serving.partners import PartnerServices
from gateway.partner import Partner
from tests.end_to_end.asking import ASKING, asking_shop, service
from tests.end_to_end.shop import until
from tests.gateway.server import Asked, Says, partner_server, says

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "operations.md").read_text("utf-8")


def business_in(folder: Path):
    flow = folder / "points" / "seller.flow"
    flow.parent.mkdir()
    flow.write_text(ASKING, "utf-8")
    return open_business(folder / "shop.db", [folder])


def figures(services: PartnerServices) -> dict[tuple[str, ...], float]:
    """What is told and is not nought, by name and labels."""
    return {
        (one.name.removeprefix("dialcart_service_"), *labels): value
        for one in services.measures()
        if isinstance(one, Measure)
        for labels, value in one.samples
        if value
    }


def test_every_figure_is_on_the_page_for_operators(tmp_path: Path) -> None:
    async def run() -> set[str]:
        business = business_in(tmp_path)
        services = PartnerServices(business, [Partner("crm", "http://127.0.0.1:1", {"a": "b"})])
        await services.open()
        names = {
            one.name + ("_total" if isinstance(one, Measure) and one.kind == "counter" else "")
            for one in services.measures()
        }
        await services.close()
        business.close()
        return names

    told = set(re.findall(r"`(dialcart_service_\w+)`", PAGE))
    assert asyncio.run(run()) == told


def test_a_shop_without_partners_tells_of_none(tmp_path: Path) -> None:
    async def run() -> None:
        business = business_in(tmp_path)
        services = PartnerServices(business, [])
        await services.open()
        assert [one.name for one in services.measures()] == ["dialcart_service_unknown"]
        assert services.unready() is None
        await services.close()
        business.close()

    asyncio.run(run())


def test_a_stop_waits_for_what_is_asked_and_begins_nothing_more(tmp_path: Path) -> None:
    async def run() -> None:
        answers = asyncio.Event()

        def answer(_: Asked) -> Says:
            return says(points=1, member=False, since="2026-01-01", credit=0, name="")

        async with (
            partner_server(answer, before=answers.wait) as partner,
            asking_shop(tmp_path, service(partner.url, at_once=1)) as shop,
        ):
            phones = [shop.phone(f"1380000000{place}") for place in range(3)]
            for phone in phones:
                phone.text("hi")
                await phone.hears()
                phone.text("1")
            await until(lambda: shop.partners.performer.lines["crm"].waiting == 2)
            assert figures(shop.partners) == {
                ("tries", "crm"): 1.0,
                ("asking", "crm"): 1.0,
                ("waiting", "crm"): 2.0,
            }
            draining = asyncio.create_task(shop.partners.drain())
            await until(lambda: partner.asked)
            assert not draining.done()
            answers.set()
            await draining
            assert len(partner.asked) == 1
            await until(lambda: len(shop.business.store.awaited()) == 2)
            assert figures(shop.partners)["requests", "crm", "ok"] == 1.0

    asyncio.run(run())
