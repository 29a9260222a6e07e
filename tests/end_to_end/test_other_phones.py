"""Telephones that are not SIPp order too, and are texted: baresip in a network of its own, PJSUA2 in a process of its own."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ivr.rtp.codec import PCMU, decode
from tests.end_to_end.telephone_shop import NOODLES, NUMBER, Running, answer
from tests.ivr.speech.calls import said
from tests.pjsua import needs_pjsua2

ROOT = Path(__file__).resolve().parents[2]
BUYER = "13800138009"
TEA = (
    ("想喝什么茶", "1"),
    ("绿茶有", "1101"),
    ("要多少", "1"),
    ("已选", "3"),
    ("礼品包装", "1"),
    ("送到哪里", "#"),
    ("对吗", "1"),
    ("送到", "1"),
)


def test_baresip_orders_by_keys(tmp_path: Path) -> None:
    done = subprocess.run(
        ["unshare", *(["-n"] if os.geteuid() == 0 else ["-rn"]),
         sys.executable, "-m", "tests.end_to_end.baresip", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, timeout=420, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3_000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["orders"], told["talk"]
    buyer, channel, total, address, number = told["orders"][0]
    assert (buyer, channel, total) == ("13800138000", "voice", 3_600)
    assert re.fullmatch(r"录音\d{6}", address)
    assert number in told["texts"]


@needs_pjsua2
@pytest.mark.parametrize(
    ("seller", "dialled", "asked", "protected", "total"),
    [
        ("teahouse", "4008002345", TEA, False, 9_800),
        ("noodles", NUMBER, NOODLES, True, 3_600),
    ],
    ids=["plain", "tls_srtp"],
)
def test_pjsua_orders_by_keys(
    tmp_path: Path,
    seller: str,
    dialled: str,
    asked: Sequence[tuple[str, str]],
    protected: bool,
    total: int,
) -> None:
    spoken = decode(PCMU, np.frombuffer(said("the second house on the left", tmp_path), np.uint8))
    pause = np.zeros(8_000, np.int16)
    soundfile.write(tmp_path / "voice.wav", np.concatenate([spoken, pause] * 20), 8_000)
    shop = Running(tmp_path, tls=protected, sellers=[seller])
    words = [str(shop.tls_port), "tls"] if protected else [str(shop.port)]
    words[1:1] = [dialled, str(tmp_path / "voice.wav"), str(tmp_path / "heard.wav")]
    try:
        with shop.phone(BUYER) as texts:
            pipe = subprocess.PIPE
            with subprocess.Popen(
                [sys.executable, "-m", "tests.end_to_end.pjsua", *words],
                cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True,
            ) as phone:  # fmt: skip
                answer(shop, seller, asked, partial(print, file=phone.stdin, flush=True))
                stdout, stderr = phone.communicate(timeout=420)
            orders, talk = shop.orders(seller), shop.talk(seller)
            texted = texts.end(*(order.number for order in orders))
    finally:
        shop.close()
    assert "they hung up" in stdout, stdout[-1_000:] + stderr[-2_000:] + talk
    assert [(o.buyer, o.channel, o.total) for o in orders] == [(BUYER, "voice", total)], talk
    assert orders[0].number in texted, texted + talk
    heard, rate_hz = soundfile.read(tmp_path / "heard.wav")
    seconds = heard[: len(heard) // rate_hz * rate_hz].reshape(-1, rate_hz)
    # The loudest second is speech. What is not opened by the right key is not played at all.
    assert 0.02 < float(np.sqrt(np.mean(seconds**2, axis=1)).max()) < 0.5
