"""A floor of one queue for tests of pages: does what it is asked at once, and keeps what it was asked."""

from __future__ import annotations

from msgspec.structs import replace

from center.desk.card import BasketLine, Card, Goods, PastOrder, Recording
from center.desk.desk import AgentView, FloorView, QueueView, RefusedError
from ivr.webrtc.leg import BrowserLeg, Reception

CALL = Card(
    contact="noodles/13900000001/voice/3",
    channel="voice",
    seller="noodles",
    shop="老王面馆",
    names={"zh": "老王面馆", "en": "Lao Wang Noodles"},
    queue="sales",
    number="13900000001",
    name="陈女士",
    language="zh",
    step="confirm_order",
    transcript=(
        "< 您好，欢迎致电老王面馆。",
        "> [1]",
        "< 想吃什么？",
        "> 牛肉面",
        "< 要几份？",
        "> [2]",
    ),
    basket=(BasketLine("101", 2),),
    address="文三路1号",
    addresses=("文三路1号", "天目山路 88 号 5 幢"),
    orders=(PastOrder("A0007", "delivered", 3_600, 1_793_000_000, "牛肉面 x2"),),
    recordings=(Recording("r1", "送货地址", 4.2),),
    goods=(Goods("101", "牛肉面", 1_800, 40), Goods("201", "凉拌黄瓜", 600, 100)),
    templates=("您的订单正在配送。", "我们稍后给您回电。"),
    steps=("main", "confirm_order"),
    queues=("help", "sales"),
    waited_s=12.0,
)
TEXTS = replace(
    CALL,
    contact="seeds/13900000002/sms/1",
    channel="sms",
    seller="seeds",
    shop="丰收种子",
    names={},
    number="13900000002",
    name="",
    transcript=("> 人工", "< 正在转接人工客服。"),
    basket=(),
    orders=(),
    recordings=(),
    address="",
    addresses=(),
)

MIDNIGHT = 1_795_478_400.0
"""Of 2026-11-24 in Greenwich."""
AGENTS = (
    AgentView("li", "ready", "", 2, 1, True, 0.61, 940.0, 12, 0),
    AgentView("wang", "not ready", "lunch", 0, 0, False, 0.4, 400.0, 9, 2),
)


class OneQueueFloor:
    """See web.agent.floor.Floor."""

    def __init__(self) -> None:
        self.desks = {}
        self.cards: dict[str, Card] = {}
        self.asked: list[tuple] = []
        self.ears: dict[str, tuple] = {}
        self.legs: list[BrowserLeg] = []
        self.at = 1_000.0
        self.agents = AGENTS
        self.sound = b""
        self.refuses_lines = 0
        self.seated: set[str] = set()
        self.is_slow = False
        self.pause = "signed in"

    def offer(self, agent: str, card: Card, answer_by: float) -> None:
        self.cards[card.contact] = card
        self.desks[agent].offered(card, answer_by)

    def sign_in(self, agent, desk):
        before = self.desks.get(agent)
        self.desks[agent] = desk
        if before is not None:
            before.close("elsewhere")
        if agent not in self.seated:
            # As the real one does: the router takes in a moment later that somebody sits down.
            desk.presence("signed out", "signed in")
        self.seated.add(agent)
        desk.presence("not ready", self.pause)
        for card in self.cards.values():
            desk.card(card)

    def sign_out(self, agent, desk):
        if self.desks.get(agent) is desk:
            del self.desks[agent]

    def leave(self, agent):
        self.asked.append(("leave", agent))

    def ready(self, agent):
        self.desks[agent].presence("ready", "")

    def not_ready(self, agent, reason):
        self.pause = reason
        self.desks[agent].presence("not ready", reason)

    def accept(self, agent, contact):
        self.desks[agent].stage(contact, "talking")

    def decline(self, agent, contact):
        self.desks[agent].withdrawn(contact, "")
        self.not_ready(agent, "declined")

    async def line(self, agent, offer):
        if self.refuses_lines:
            self.refuses_lines -= 1
            raise RefusedError("the headset cannot be connected: {why}", why="every line is taken")
        leg = BrowserLeg(Reception(), lambda _: None)
        self.legs.append(leg)
        return await leg.answer(offer)

    def write(self, agent, contact, text):
        self.desks[agent].said(contact, "agent", text)

    def basket(self, agent, contact, lines):
        if self.is_slow:
            self.asked.append(("basket", lines))
            return
        self.cards[contact] = replace(self.cards[contact], basket=tuple(lines))
        self.desks[agent].card(self.cards[contact])

    def order(self, agent, contact, address):
        self.asked.append(("order", contact, self.cards[contact].basket, address))
        if not address.strip():
            raise RefusedError("写上送货地址")
        placed = PastOrder("A0008", "placed", 4_200, 1_793_100_000, "牛肉面 x2, 凉拌黄瓜 x1")
        card = self.cards[contact]
        self.cards[contact] = replace(card, basket=(), orders=(placed, *card.orders))
        self.desks[agent].card(self.cards[contact])

    def hold(self, agent, contact):
        self.desks[agent].stage(contact, "held")

    def resume(self, agent, contact):
        self.desks[agent].stage(contact, "talking")

    def keys(self, agent, contact, keys):
        self.asked.append(("keys", contact, keys))

    def transfer(self, agent, contact, kind, to):
        if to == "nobody":
            raise RefusedError("there is no queue {to}; there are: {there}", to=to, there="sales")
        self.asked.append(("transfer", contact, kind, to))
        self.desks[agent].ended(contact, f"→ {to}")

    def invite(self, agent, contact, other):
        self.asked.append(("invite", contact, other))

    def call_again(self, agent, contact):
        self.desks[agent].stage(contact, "calling")

    def colleagues(self, agent, contact):
        return ("wang", "zhao")

    def finish(self, agent, contact):
        self.desks[agent].stage(contact, "wrap-up")

    def wrap_up(self, agent, contact, code, note):
        self.asked.append(("wrap up", contact, code, note))
        self.desks[agent].ended(contact, "")

    def view(self, supervisor, wanted=""):
        return FloorView(
            self.at,
            (QueueView("noodles/sales", 3, 75.0, 1, 5, 2, 0.82, 4, 0.05, 11.5, 6, 7),),
            tuple(agent for agent in self.agents if wanted in agent.agent),
            1,
            len(self.agents),
            MIDNIGHT,
        )

    async def put_on_ear(self, ear, offer):
        return await self.line(ear, offer)

    def listen(self, supervisor, ear, agent, mode, told):
        self.asked.append(("listen", supervisor, agent, mode))
        self.ears[ear] = agent, mode

    def listens(self, ear):
        return self.ears.get(ear)

    def stop_listening(self, ear):
        self.asked.append(("stop listening",))
        self.ears.pop(ear, None)

    def take_off_ear(self, ear):
        self.asked.append(("take off ear",))
        self.ears.pop(ear, None)

    def recording(self, agent, contact, recording):
        if not self.sound:
            raise RefusedError("no such recording")
        return self.sound
