"""Turns a second of the engine on the worked example, beside state machines that others wrote.

    python -m benchmarks.turns

One of our turns reads the buyer's reply (fold, look up, types), walks the flow, renders the answer in the buyer's
language and channel and makes the new session. The peers change state and do nothing else; what each does and does not
do is printed beside its figure.
"""

import gc
import json
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.dialogue import ANSWERS, machine, talk
from flows.session import pack

TOOLS = Path(__file__).parent.parent / ".tools"
ROUNDS = 5

XSTATE = """
const { createRequire } = require("node:module");
const { createMachine, createActor } = createRequire(process.argv[2] + "/node_modules/x.js")("xstate");
const machine = createMachine({ id: "order", initial: "main", states: {
  main: { on: { "1": "dish" } }, dish: { on: { "101": "quantity" } }, quantity: { on: { "2": "cart" } },
  cart: { on: { "2": "address" } }, address: { on: { TEXT: "confirm" } }, confirm: { on: { "1": "placed" } },
  placed: { on: { OK: "main" } } } });
const events = ["1", "101", "2", "2", "TEXT", "1", "OK"].map((type) => ({ type }));
const actor = createActor(machine).start();
let best = 0;
for (let round = 0; round < 6; round += 1) {
  const began = process.hrtime.bigint();
  let count = 0;
  for (let i = 0; i < 20000; i += 1) { for (const event of events) { actor.send(event); count += 1; } }
  best = Math.max(best, count / (Number(process.hrtime.bigint() - began) / 1e9));
}
console.log(JSON.stringify(best));
"""


def rate(run: Callable[[], int], seconds: float = 1.0) -> float:
    """Best of some rounds, in calls a second of this process's own time."""
    run()
    gc.collect()
    gc.freeze()
    best = 0.0
    for _ in range(ROUNDS):
        began = time.process_time()
        count = 0
        while time.process_time() - began < seconds:
            count += run()
        best = max(best, count / (time.process_time() - began))
    return best


def ours() -> tuple[float, list[int]]:
    """Turns a second, and the bytes of the session after each turn."""
    noodles = machine()

    def run() -> int:
        for _ in range(100):
            talk(noodles)
        return 100 * len(ANSWERS)

    return rate(run), [len(pack(session)) for session in talk(noodles)]


def python_statemachine() -> float | None:
    """Bare transitions a second of python-statemachine."""
    try:
        from statemachine import State, StateMachine
    except ImportError:
        return None

    class Order(StateMachine):
        main = State(initial=True)
        dish = State()
        quantity = State()
        cart = State()
        address = State()
        confirm = State()
        placed = State()
        go = (
            main.to(dish)
            | dish.to(quantity)
            | quantity.to(cart)
            | cart.to(address)
            | address.to(confirm)
            | confirm.to(placed)
            | placed.to(main)
        )

    order: Any = Order()

    def run() -> int:
        for _ in range(70):
            order.send("go")
        return 70

    return rate(run)


SISMIC = """
statechart:
  name: order
  root state:
    name: root
    initial: main
    states:
"""


def sismic() -> float | None:
    """Bare transitions a second of sismic."""
    try:
        from sismic import interpreter as engine
        from sismic import io
    except ImportError:
        return None
    names = ["main", "dish", "quantity", "cart", "address", "confirm", "placed"]
    text = SISMIC
    for name, following in zip(names, [*names[1:], names[0]], strict=True):
        text += (
            f"      - name: {name}\n        transitions:\n"
            f"          - target: {following}\n            event: go\n"
        )
    reader: Any = io
    interpreter: Any = engine.Interpreter(reader.import_from_yaml(text))
    interpreter.execute()

    def run() -> int:
        for _ in range(70):
            interpreter.queue("go").execute_once()
        return 70

    return rate(run)


def xstate() -> float | None:
    """Bare transitions a second of npm's xstate."""
    node = shutil.which("node")
    if node is None or not (TOOLS / "node_modules" / "xstate").is_dir():
        return None
    done = subprocess.run(
        [node, "-", str(TOOLS)], input=XSTATE, capture_output=True, text=True, check=True
    )
    return float(json.loads(done.stdout))


def main() -> None:
    """Print the figures."""
    figure, sizes = ours()
    rows = [
        ("dialcart", figure, "reads the reply, walks, renders zh text and menu, new session"),
        ("xstate (npm)", xstate(), "bare transition; no text, no parsing, no rendering"),
        ("python-statemachine", python_statemachine(), "bare transition, callbacks looked up"),
        ("sismic", sismic(), "bare transition of a statechart, contracts on"),
    ]
    for name, value, what in rows:
        shown = f"{value:>12,.0f} a second" if value is not None else "  not installed"
        print(f"{name:<22}{shown}   {what}")
    waiting = sizes[:-1]
    print(f"session, waiting: {min(waiting)} to {max(waiting)} bytes (goal: at most 150)")


if __name__ == "__main__":
    main()
