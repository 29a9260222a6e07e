"""A telephone by pjsua2 that stays on the line and keys an order at its ease; a program of its own, since pjsua2 is GPL.

python tests/interop/pjsua_long_call.py PORT NUMBER SECONDS LOG        prints how its call ended; what SIP said is in the log
"""

import os
import sys
import time

import pjsua2 as pj

SESSION_S = 90
"""The shortest session timer (RFC 4028, section 4): renewed every 45 s."""
KEYED = ((0.1, "101"), (0.5, "57#"), (0.95, "1"))
"""When what is keyed, as a share of the call."""
GOODBYE_S_MAX = 30.0


class Caller(pj.Call):
    """One call."""

    ended = False

    def onCallState(self, prm):  # noqa: N802 - pjsua2's names
        self.ended = self.getInfo().state == pj.PJSIP_INV_STATE_DISCONNECTED


def main(port, number, seconds, log):
    endpoint = pj.Endpoint()
    endpoint.libCreate()
    config = pj.EpConfig()
    config.logConfig.level = 5
    config.logConfig.consoleLevel = 0
    config.logConfig.filename = log
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = True
    endpoint.libInit(config)
    transport = pj.TransportConfig()
    transport.boundAddress = transport.publicAddress = "127.0.0.1"
    endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
    endpoint.libStart()
    endpoint.audDevManager().setNullDev()
    told = pj.AccountConfig()
    told.idUri = "sip:13900000057@127.0.0.1"
    told.mediaConfig.transportConfig.boundAddress = "127.0.0.1"
    told.callConfig.timerUse = pj.PJSUA_SIP_TIMER_ALWAYS
    told.callConfig.timerMinSESec = told.callConfig.timerSessExpiresSec = SESSION_S
    account = pj.Account()
    account.create(told)
    call, began, keyed = Caller(account), time.monotonic(), list(KEYED)
    call.makeCall(f"sip:{number}@127.0.0.1:{port}", pj.CallOpParam(True))
    while not call.ended and (passed_s := time.monotonic() - began) < seconds + GOODBYE_S_MAX:
        endpoint.libHandleEvents(20)
        if keyed and passed_s > keyed[0][0] * seconds:
            call.dialDtmf(keyed.pop(0)[1])
    sys.stdout.write(f"{'they hung up' if call.ended and not keyed else 'cut off'}\n")
    sys.stdout.flush()
    # The library wants its objects gone before itself; Python would take them in any order.
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]), sys.argv[4])
