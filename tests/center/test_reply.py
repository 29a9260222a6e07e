"""What may be keyed at a question."""

from center.reply import expected
from flows.program import CHANNELS
from flows.session import Session
from tests.flows.shops import SHOP, machine_of

CODES = SHOP.replace("item 1", "item K01").replace("苹果", "苹果 | 1")
STEPS = """
step start
  ask dish as product
    say 要什么？
  goodbye

step agent
  goodbye
"""


def test_a_code_that_has_no_keys_is_keyed_by_its_synonym():
    machine = machine_of(STEPS, CODES)
    at = next(name for name in machine.program.waits if name.startswith("start"))
    session = Session(b"", CHANNELS.index("voice"), "zh", at)
    asked = expected(machine, session)
    assert asked is not None
    assert asked.keys == ("1", "2", "0")
