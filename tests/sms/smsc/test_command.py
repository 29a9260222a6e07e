"""A script piped into the phone of a running simulator, with a seller bound to it."""

import asyncio
import io

from sms.smpp.frames import Frames
from sms.smpp.pdu import Bind, BindResp, DeliverSm, DeliverSmResp, SubmitSm, decode, encode
from sms.smsc.command import attach, simulate
from sms.smsc.exchange import Account
from sms.smsc.server import Settings, Smsc
from sms.smsc.terminal import Manners

QUICK = Manners(wait_s=5.0, quiet_s=0.01)
NOODLES = Account("noodles", "secret", ("10690",))


async def echo_seller(port):
    """An ESME that answers every text with two."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(encode(Bind(sequence=1, system_id="noodles", password="secret")))
    frames = Frames()
    try:
        while data := await reader.read(65536):
            for pdu in map(decode, frames.feed(data)):
                if isinstance(pdu, DeliverSm):
                    writer.write(encode(DeliverSmResp(sequence=pdu.sequence)))
                    for number in (1, 2):
                        writer.write(
                            encode(
                                SubmitSm(
                                    sequence=number + 10,
                                    source=pdu.destination,
                                    destination=pdu.source,
                                    message=b"%d: %s" % (number, pdu.message),
                                )
                            )
                        )
                else:
                    assert not isinstance(pdu, BindResp) or pdu.status == 0
    finally:
        writer.close()


def test_a_script_is_a_phone_of_a_simulator_in_its_process(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("/fault none\nnoodles\n/quit\n"))
    sellers = []

    def tell(line):
        if line.startswith("SMSC on"):
            port = int(line.partition(";")[0].rpartition(":")[2])
            sellers.append(asyncio.get_running_loop().create_task(echo_seller(port)))

    async def main():
        settings = Settings((NOODLES,), port=0)
        await simulate(settings, number="138", code="10690", manners=QUICK, tell=tell)
        await asyncio.gather(*sellers)

    asyncio.run(main())
    shown = capsys.readouterr().out.splitlines()
    assert shown[-4:] == [
        "> noodles",
        "< 1: noodles  (10690, 1 part gsm7)",
        "< 2: noodles  (10690, 1 part gsm7)",
        "> /quit",
    ]


def test_a_script_is_a_phone_of_a_simulator_elsewhere(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("noodles\n"))

    async def main():
        async with Smsc(Settings((NOODLES,), port=0, control_port=0)) as smsc:
            seller = asyncio.create_task(echo_seller(smsc.port))
            await attach(smsc.control_port, number="138", code="10690", manners=QUICK)
        await seller

    asyncio.run(main())
    assert capsys.readouterr().out.splitlines()[-1] == "< 2: noodles  (10690, 1 part gsm7)"
