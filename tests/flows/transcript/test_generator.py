"""Transcripts that write themselves, and what they cover."""

from flows.transcript.coverage import Column, possible, summarise, tracing_machine
from flows.transcript.generator import generate
from flows.transcript.replay import replay
from flows.transcript.talk import read_talks
from tests.flows.shops import SHOP, program_of

BY_CHANNEL = """
step start
  menu 请选择
    en: Choose
    on voice 1 下单 -> order
      en: Order
    on sms 1 订购 -> bye
      en: Buy
    2 再见 -> bye
      en: Bye

step order
  say 电话
    en: By phone
  goodbye

step agent
  goodbye

step bye
  say 再见
    en: Bye
  goodbye
"""


def test_an_option_is_an_edge_of_its_own_channel() -> None:
    program = program_of(BY_CHANNEL, SHOP.split("anywhere")[0])
    menu = program.waits["start.1"]
    taken = {
        channel: {label for node, label in possible(program, Column(channel, "zh")) if node == menu}
        for channel in program.channels
    }
    assert taken == {
        "voice": {"option 1", "option 2", "tries"},
        "sms": {"option 1", "option 2", "tries"},
        "ussd": {"option 2", "tries"},
    }


def test_generated_talks_take_every_edge_of_every_channel() -> None:
    program = program_of(BY_CHANNEL, SHOP.split("anywhere")[0])
    machine, coverage = tracing_machine(program)
    for talk in read_talks("\n".join(generate(program, {}))):
        assert replay(machine, talk).passed
    assert all(line.covered == line.possible for line in summarise(coverage))
