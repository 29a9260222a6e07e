"""A telephone by pjsua2 that calls, holds, goes on and hangs up; a program of its own, since pjsua2 is GPL.

python tests/interop/pjsua_phone.py sip:4001@127.0.0.1:PORT       prints what happened, one word a line
python tests/interop/pjsua_phone.py sip:4001@127.0.0.1:PORT strict     insists on PRACK and a session timer, and sends UPDATE
"""

import sys
import time

import pjsua2 as pj

SECONDS_MAX = 120


def tell(word):
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


class Call(pj.Call):
    """Remembers its state."""

    confirmed = False
    over = False
    media = 0

    def onCallState(self, prm):  # noqa: N802 - pjsua2's names
        info = self.getInfo()
        tell(f"{info.stateText}:{info.lastStatusCode}")
        self.confirmed |= info.state == pj.PJSIP_INV_STATE_CONFIRMED
        self.over |= info.state == pj.PJSIP_INV_STATE_DISCONNECTED

    def onCallMediaState(self, prm):  # noqa: N802
        self.media += 1
        for media in self.getInfo().media:
            tell(f"media:{media.status}")


def wait(endpoint, until):
    end = time.monotonic() + SECONDS_MAX
    while not until():
        endpoint.libHandleEvents(20)
        if time.monotonic() > end:
            raise SystemExit("nothing came in time")


def main(target, strict):
    endpoint = pj.Endpoint()
    endpoint.libCreate()
    config = pj.EpConfig()
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = True
    config.logConfig.level = 0
    config.logConfig.consoleLevel = 0
    endpoint.libInit(config)
    transport = pj.TransportConfig()
    transport.boundAddress = "127.0.0.1"
    endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
    endpoint.libStart()
    endpoint.audDevManager().setNullDev()
    settings = pj.AccountConfig()
    settings.idUri = "sip:8613800138000@127.0.0.1"
    if strict:
        settings.callConfig.prackUse = pj.PJSUA_100REL_MANDATORY
        settings.callConfig.timerUse = pj.PJSUA_SIP_TIMER_REQUIRED
        settings.callConfig.timerSessExpiresSec = settings.callConfig.timerMinSESec = 90
    account = pj.Account()
    account.create(settings)
    call = Call(account)
    operation = pj.CallOpParam(True)
    operation.opt.audioCount = 1
    operation.opt.videoCount = 0
    call.makeCall(target, operation)
    wait(endpoint, lambda: call.confirmed and call.media)
    seen = call.media
    if strict:
        call.update(pj.CallOpParam(True))
        wait(endpoint, lambda: call.media > seen)
        seen = call.media
    call.setHold(pj.CallOpParam())
    wait(endpoint, lambda: call.media > seen)
    seen = call.media
    again = pj.CallOpParam(True)
    again.opt.flag = pj.PJSUA_CALL_UNHOLD
    call.reinvite(again)
    wait(endpoint, lambda: call.media > seen)
    call.hangup(pj.CallOpParam())
    wait(endpoint, lambda: call.over)
    tell("done")
    account.shutdown()
    endpoint.libDestroy()


if __name__ == "__main__":
    main(sys.argv[1], "strict" in sys.argv[2:])
