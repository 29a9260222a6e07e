"""A telephone by pjsua2 that answers every call and goes where it is sent; a program of its own, since pjsua2 is GPL.

python tests/interop/pjsua_desk.py       prints its port, then what happened, one word a line, until all calls are over
"""

import os
import sys
import time

import pjsua2 as pj

SECONDS_MAX = 280


def tell(word):
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


class Call(pj.Call):
    """Remembers its end."""

    over = False

    def onCallState(self, prm):  # noqa: N802 - pjsua2's names
        info = self.getInfo()
        self.over = info.state == pj.PJSIP_INV_STATE_DISCONNECTED
        tell(f"{info.stateText}:{info.lastStatusCode}")

    def onCallTransferRequest(self, prm):  # noqa: N802
        tell("sent elsewhere")
        prm.newCall = desk.call(pj.PJSUA_INVALID_ID)

    def onCallReplaceRequest(self, prm):  # noqa: N802
        tell("asked to be replaced")

    def onCallReplaced(self, prm):  # noqa: N802
        tell("replaced")
        desk.call(prm.newCallId)


class Desk(pj.Account):
    """Answers at once."""

    def __init__(self):
        super().__init__()
        self.calls = []

    def call(self, number):
        made = Call(self, number)
        self.calls.append(made)
        return made

    def onIncomingCall(self, prm):  # noqa: N802
        answer = pj.CallOpParam(True)
        answer.statusCode = 200
        self.call(prm.callId).answer(answer)


endpoint = pj.Endpoint()
endpoint.libCreate()
config = pj.EpConfig()
config.uaConfig.threadCnt = 0
config.uaConfig.mainThreadOnly = True
config.logConfig.level = config.logConfig.consoleLevel = 0
endpoint.libInit(config)
transport = pj.TransportConfig()
transport.boundAddress = "127.0.0.1"
bound = endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
endpoint.libStart()
endpoint.audDevManager().setNullDev()
settings = pj.AccountConfig()
settings.idUri = "sip:desk@127.0.0.1"
settings.mediaConfig.transportConfig.boundAddress = "127.0.0.1"
desk = Desk()
desk.create(settings)
port = endpoint.transportGetInfo(bound).localName.rpartition(":")[2]
tell(f"port {port}")
end = time.monotonic() + SECONDS_MAX
while time.monotonic() < end and not (desk.calls and all(call.over for call in desk.calls)):
    endpoint.libHandleEvents(20)
# The library wants its objects gone before itself; Python would take them in any order.
os._exit(0)
