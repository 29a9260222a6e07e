"""Debian's kannel as an ESME against our simulator. Not collected: run by name.

    scripts/debian bearerbox=kannel smsbox=kannel      # without root; or apt-get install kannel
    PATH=$PWD/.tools/bin:$PATH python -m pytest tests/interop/kannel.py

bearerbox binds as a transceiver, smsbox answers texts and takes sendsms requests over HTTP.
Long texts are put together by both. kannel takes a long text from a phone for 8-bit data, as it
does for every SMSC, because it carries a header; so its answer is 8-bit and shown in hexadecimal.
"""

import asyncio
import contextlib
import shutil
import urllib.parse
import urllib.request

import pytest

from sms.smsc.exchange import Account
from sms.smsc.phone import Phone
from sms.smsc.server import Settings, Smsc
from tests.ports import own_port

CONFIGURATION = """\
group = core
admin-port = {admin}
admin-password = bar
admin-interface = 127.0.0.1
smsbox-port = {box}
smsbox-interface = 127.0.0.1
dlr-storage = internal
log-file = "{folder}/bearerbox.log"
log-level = 0

group = smsc
smsc = smpp
host = 127.0.0.1
port = {smpp}
smsc-username = noodles
smsc-password = secret
system-type = ""
transceiver-mode = true
interface-version = 34

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {http}
sendsms-interface = 127.0.0.1
global-sender = 10690
log-file = "{folder}/smsbox.log"
log-level = 0

group = sendsms-user
username = u
password = p
max-messages = 10
concatenation = true

group = sms-service
keyword = default
text = "You wrote: %a"
assume-plain-text = true
max-messages = 10
concatenation = true
"""


def fetch(url):
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.read().decode()


async def until(done, patience_s=20.0):
    async with asyncio.timeout(patience_s):
        while not done():  # noqa: ASYNC110 - another program sets no Event
            await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def kannel(smpp_port, folder):
    ports = {name: own_port() for name in ("admin", "box", "http")}
    path = folder / "kannel.conf"
    path.write_text(CONFIGURATION.format(smpp=smpp_port, folder=folder, **ports))
    quiet = {"stdout": asyncio.subprocess.DEVNULL, "stderr": asyncio.subprocess.DEVNULL}
    started = []
    try:
        for box in ("bearerbox", "smsbox"):
            program = shutil.which(box) or f"/usr/sbin/{box}"
            started.append(await asyncio.create_subprocess_exec(program, str(path), **quiet))
            await asyncio.sleep(1.0)
        yield ports
    finally:
        for process in reversed(started):
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        for process in started:
            try:
                await asyncio.wait_for(process.wait(), 10)
            except TimeoutError:
                process.kill()
                await process.wait()


@pytest.mark.parametrize("text", ["牛肉面", "€ [beef] " * 30, "牛肉面一份，加香菜。" * 15])
def test_kannel_binds_and_speaks_both_ways(tmp_path, text):
    async def main():
        settings = Settings((Account("noodles", "secret", ("10690",)),), port=0)
        async with Smsc(settings) as smsc, kannel(smsc.port, tmp_path) as ports:
            await until(lambda: smsc.network.exchange.binds)
            phone = Phone(smsc.network, "13800138000")
            query = urllib.parse.urlencode(
                {
                    "username": "u",
                    "password": "p",
                    "to": "13800138000",
                    "text": text,
                    "from": "10690",
                    "coding": "0" if text.startswith("€") else "2",
                    "charset": "UTF-8",
                    "dlr-mask": "31",
                }
            )
            url = f"http://127.0.0.1:{ports['http']}/cgi-bin/sendsms?{query}"
            assert "Accepted" in await asyncio.to_thread(fetch, url)
            await until(lambda: phone.heard)
            assert phone.heard[0].text == text
            phone.text("10690", "beef")
            await until(lambda: len(phone.heard) == 2)
            assert phone.heard[1].text == "You wrote: beef"
            phone.text("10690", "beef " * 40)
            await until(lambda: len(phone.heard) == 3)
            answer = phone.heard[2]
            assert bytes.fromhex(answer.text.rstrip(" .")).startswith(b"You wrote: beef+beef")

    asyncio.run(main())
