"""PJSUA2 as a caller: a third stack, which offers telephone-event on several payload types. GPL, so a program of its own.

python -m tests.end_to_end.pjsua PORT NUMBER KEYS VOICE.wav HEARD.wav        calls, orders by keys (1,101,2#), prints how the call ended
python -m tests.end_to_end.pjsua PORT NUMBER KEYS VOICE.wav HEARD.wav tls    the same by TLS and SRTP, put on hold on the way
"""

import os
import sys
import time
from typing import NoReturn

import pjsua2 as pj

STEP_S_MAX = 30.0
BETWEEN_S = 1.5
"""Between what is pressed and what is pressed next; twice as long to leave an address, which `#` ends."""


class Caller(pj.Call):
    """One call."""

    ended = False

    def onCallState(self, prm: pj.OnCallStateParam) -> None:  # noqa: N802  # the library's name
        self.ended = self.getInfo().state == pj.PJSIP_INV_STATE_DISCONNECTED


def order(
    port: int, number: str, keyed: str, voice: str, heard: str, *, protected: bool
) -> NoReturn:
    """Order by keys; what was heard goes into a file."""
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

    def pass_s(seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end and not call.ended:
            endpoint.libHandleEvents(20)

    transport_word = ";transport=tls" if protected else ""
    call.makeCall(f"sip:{number}@127.0.0.1:{port}{transport_word}", pj.CallOpParam(True))
    pass_s(1)
    recorder = pj.AudioMediaRecorder()
    recorder.createRecorder(heard)
    call.getAudioMedia(-1).startTransmit(recorder)
    pass_s(1.5)
    microphone = pj.AudioMediaPlayer()
    microphone.createPlayer(voice, 0)
    microphone.startTransmit(call.getAudioMedia(-1))
    if protected:
        # A re-INVITE each: with the same keys, for pjsua keeps them.
        call.setHold(pj.CallOpParam())
        pass_s(1)
        again = pj.CallOpParam(True)
        again.opt.flag = pj.PJSUA_CALL_UNHOLD
        call.reinvite(again)
        pass_s(1)
        call.getAudioMedia(-1).startTransmit(recorder)
        microphone.startTransmit(call.getAudioMedia(-1))
    for keys in keyed.split(","):
        if keys == "#":
            pass_s(BETWEEN_S)
        if not call.ended:
            call.dialDtmf(keys)
        pass_s(BETWEEN_S + 0.3 * len(keys))
    pass_s(STEP_S_MAX)
    # Its file is whole when it is gone, which takes the library a moment.
    del recorder
    time.sleep(0.5)
    said = "they hung up" if call.ended else "still up"
    # The library wants its objects gone before itself; Python would take them in any order.
    sys.stdout.write(said + "\n")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    order(int(sys.argv[1]), *sys.argv[2:6], protected=sys.argv[6:] == ["tls"])
