"""PJSUA2 as a caller: a third stack, which offers telephone-event on several payload types. GPL, so a program of its own.

python -m tests.end_to_end.pjsua PORT NUMBER VOICE.wav HEARD.wav        calls, presses the keys of each line that it reads, tells how the call ended
python -m tests.end_to_end.pjsua PORT NUMBER VOICE.wav HEARD.wav tls    the same by TLS and SRTP, put on hold before
"""

import os
import select
import sys
import time
from collections.abc import Callable
from typing import NoReturn

import pjsua2 as pj

STATE_S_MAX = 120.0
CALL_S_MAX = 300.0
KEYS_BYTES_MAX = 100


class Caller(pj.Call):
    """One call."""

    ended = False

    def onCallState(self, prm: pj.OnCallStateParam) -> None:  # noqa: N802  # the library's name
        self.ended = self.getInfo().state == pj.PJSIP_INV_STATE_DISCONNECTED


def order(port: int, number: str, voice: str, heard: str, *, protected: bool) -> NoReturn:
    """Call, and press what is read; what was heard goes into a file."""
    endpoint = pj.Endpoint()
    endpoint.libCreate()
    config = pj.EpConfig()
    config.logConfig.level = config.logConfig.consoleLevel = 1
    # Events are taken in this thread alone: Python's own must not be entered from another.
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = True
    endpoint.libInit(config)
    transport = pj.TransportConfig()
    transport.port = 0
    transport.boundAddress = transport.publicAddress = "127.0.0.1"
    kind = pj.PJSIP_TRANSPORT_TLS if protected else pj.PJSIP_TRANSPORT_UDP
    endpoint.transportCreate(kind, transport)
    endpoint.libStart()
    endpoint.audDevManager().setNullDev()
    account_config = pj.AccountConfig()
    account_config.idUri = "sip:13800138009@127.0.0.1"
    account_config.mediaConfig.transportConfig.boundAddress = "127.0.0.1"
    if protected:
        account_config.mediaConfig.srtpUse = pj.PJMEDIA_SRTP_MANDATORY
    account = pj.Account()
    account.create(account_config)
    call = Caller(account)

    def until(so: Callable[[], bool], within_s: float = STATE_S_MAX) -> None:
        end = time.monotonic() + within_s
        while time.monotonic() < end and not call.ended and not so():
            endpoint.libHandleEvents(20)

    def has_sound(status: int) -> bool:
        # Its media are gone with it.
        info = call.getInfo()
        return any(one.status == status for one in info.media)

    def press() -> bool:
        """What is there to be pressed; never the last of it."""
        if select.select([0], [], [], 0)[0] and (keys := os.read(0, KEYS_BYTES_MAX)):
            call.dialDtmf(keys.decode().strip())
        return False

    transport_word = ";transport=tls" if protected else ""
    call.makeCall(f"sip:{number}@127.0.0.1:{port}{transport_word}", pj.CallOpParam(True))
    until(lambda: has_sound(pj.PJSUA_CALL_MEDIA_ACTIVE))
    recorder = pj.AudioMediaRecorder()
    recorder.createRecorder(heard)
    call.getAudioMedia(-1).startTransmit(recorder)
    microphone = pj.AudioMediaPlayer()
    microphone.createPlayer(voice, 0)
    microphone.startTransmit(call.getAudioMedia(-1))
    if protected:
        # A re-INVITE each: with the same keys, for pjsua keeps them.
        call.setHold(pj.CallOpParam())
        until(lambda: has_sound(pj.PJSUA_CALL_MEDIA_LOCAL_HOLD))
        again = pj.CallOpParam(True)
        again.opt.flag = pj.PJSUA_CALL_UNHOLD
        call.reinvite(again)
        until(lambda: has_sound(pj.PJSUA_CALL_MEDIA_ACTIVE))
        call.getAudioMedia(-1).startTransmit(recorder)
        microphone.startTransmit(call.getAudioMedia(-1))
    until(press, CALL_S_MAX)
    # Its file is whole when it is gone, which takes the library a moment.
    del recorder
    time.sleep(0.5)
    said = "they hung up" if call.ended else "still up"
    # The library wants its objects gone before itself; Python would take them in any order.
    sys.stdout.write(said + "\n")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    order(int(sys.argv[1]), *sys.argv[2:5], protected=sys.argv[5:] == ["tls"])
