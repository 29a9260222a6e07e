"""A compiled flow: a graph of nodes as plain values, ready to be kept on disk and walked by the engine.

Nodes name one another by index. What a buyer can wait at (a question, an outcome) also has a name made of its step and
its ordinal in it, `take_order.2`, so that an edit elsewhere moves nobody.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

CHANNELS = ("voice", "sms", "ussd")
"""All channels; a wording is laid out in this order."""

NOWHERE = -1
"""As a target: the session ends there."""


class Value(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, gc=False):
    """What every part of a program is: frozen, and packed as an array."""


class Product(Value, frozen=True, array_like=True):
    """One product of the catalog."""

    code: str
    names: tuple[str, ...]
    """By language, in the order of `Program.languages`."""
    price: int
    """Minor units of the program's currency."""
    stock: int
    """Stock to start with; the store keeps what is left."""
    group: str
    unit: str
    phrases: tuple[str, ...]
    """Every name and synonym in every language, as written."""


class Option(Value, frozen=True, array_like=True):
    """A way out of a menu, of `anywhere`, or a value of a choice."""

    channel: str | None
    """The only channel that has it; None: every channel does."""
    key: str | None
    label: int
    """Wording of what is shown."""
    phrases: tuple[str, ...]
    """Every wording in every language, as written; empty for a pattern of slots."""
    slots: tuple[tuple[str, str], ...]
    """`<dish:product> <qty:number>`: (variable, kind) in order."""
    guard: str | None
    """Expression that must be true for the option to be offered."""
    target: int
    value: str | None
    """Value of a choice."""


class Retry(Value, frozen=True, array_like=True):
    """What a question does with silence and nonsense."""

    no_input: tuple[int, ...]
    """Wordings for the first, second ... silence; the last repeats. Empty: the default wording."""
    no_match: tuple[int, ...]
    tries: int
    """Failures after which the buyer is sent to `target`."""
    target: int
    wait_s: int
    """Silence on a call after which `no input` is said."""


class Node(Value, frozen=True, array_like=True, tag_field="kind"):
    """Any node."""


class Say(Node, frozen=True, array_like=True, tag="say"):
    """Say a wording, go on."""

    wording: int
    next: int
    to_its_end: bool = False
    """Whether a caller has to hear all of it."""


class Menu(Node, frozen=True, array_like=True, tag="menu"):
    """Ask for one of the options."""

    id: str
    wording: int | None
    options: tuple[Option, ...]
    retry: Retry


class Ask(Node, frozen=True, array_like=True, tag="ask"):
    """Ask for a value and keep it in a variable."""

    id: str
    name: str
    type: str
    """Kind: product, number, digits, phone, money, yesno, address, text, date, choice, pin, grammar."""
    lower: int | None
    upper: int | None
    group: str | None
    """Group of products, or the name of a grammar."""
    wordings: tuple[int, ...]
    choices: tuple[Option, ...]
    confirm: bool
    retry: Retry
    next: int


class Branch(Node, frozen=True, array_like=True, tag="branch"):
    """Go one of two ways."""

    condition: str
    yes: int
    no: int


class Assign(Node, frozen=True, array_like=True, tag="assign"):
    """Set a variable, the language, the cart, or what is known of the buyer."""

    path: str
    value: str
    next: int


class Add(Node, frozen=True, array_like=True, tag="add"):
    """Put an amount of a product in the cart."""

    amount: str
    product: str
    next: int


class Remove(Node, frozen=True, array_like=True, tag="remove"):
    """Take a product out of the cart."""

    product: str
    next: int


class Empty(Node, frozen=True, array_like=True, tag="empty"):
    """Empty the cart."""

    next: int


class PlaceOrder(Node, frozen=True, array_like=True, tag="order"):
    """Place the order; wait for its outcome."""

    id: str
    outcomes: dict[str, int]
    next: int


class HandOver(Node, frozen=True, array_like=True, tag="hand"):
    """Hand the buyer to a person of a queue; wait for the outcome."""

    id: str
    queue: str
    wordings: tuple[int, ...]
    outcomes: dict[str, int]
    next: int


class Request(Node, frozen=True, array_like=True, tag="request"):
    """Ask a partner's service; wait for its answer."""

    id: str
    name: str
    service: str
    operation: str
    arguments: tuple[str, ...]
    results: tuple[tuple[str, str], ...]
    outcomes: dict[str, int]
    next: int
    parameters: tuple[str, ...] = ()
    """What the service's declaration calls each argument."""


class Pay(Node, frozen=True, array_like=True, tag="pay"):
    """Take a payment; wait for its outcome."""

    id: str
    amount: str
    outcomes: dict[str, int]
    next: int


class SendSms(Node, frozen=True, array_like=True, tag="sms"):
    """Send the buyer an SMS, whatever the channel."""

    wording: int
    next: int


class TellShop(Node, frozen=True, array_like=True, tag="tell"):
    """Leave a message for the seller."""

    wording: int
    next: int


class Call(Node, frozen=True, array_like=True, tag="call"):
    """Run a step with arguments; `next` is where its `return` comes back."""

    id: str
    target: int
    parameters: tuple[str, ...]
    arguments: tuple[str, ...]
    next: int


class Return(Node, frozen=True, array_like=True, tag="return"):
    """Go back to the call, or end."""


class Goodbye(Node, frozen=True, array_like=True, tag="goodbye"):
    """End the session."""


AnyNode = (
    Say
    | Menu
    | Ask
    | Branch
    | Assign
    | Add
    | Remove
    | Empty
    | PlaceOrder
    | HandOver
    | Request
    | Pay
    | SendSms
    | TellShop
    | Call
    | Return
    | Goodbye
)
Question = Menu | Ask
Effect = PlaceOrder | HandOver | Request | Pay


class Hours(Value, frozen=True, array_like=True):
    """When a shop is open: minutes of the day by weekday, and the days it is closed."""

    week: tuple[tuple[tuple[int, int], ...], ...]
    """Seven tuples, Monday first, of (opens, closes) in minutes after midnight; closes <= 2880."""
    closed: tuple[tuple[str, str], ...]
    """First and last closed day, ISO dates."""


class Limits(Value, frozen=True, array_like=True):
    """Bounds of a session."""

    sms_session_s: int = 7_200
    ussd_session_s: int = 180
    voice_session_s: int = 3_600
    turns_max: int = 100
    turns_target: int = NOWHERE
    sms_parts_max: int = 3


class Calling(Value, frozen=True, array_like=True):
    """How calls are answered, missed ones called back, and callers sent on."""

    rings_s: int = 0
    """Before the answer; who hangs up by then has called for nothing."""
    back: tuple[str, ...] = ()
    """Numbers that are called back when a call of theirs was missed, `13*` for all that begin so."""
    quiet: tuple[int, int] = (21 * 60, 9 * 60)
    """Minutes of the day from which, and until which, nobody is called."""
    onward: tuple[str, ...] = ()
    """Numbers outside that a caller may be sent on to, `95*` for all that begin so."""


class Program(Value, frozen=True, array_like=True):
    """A compiled flow."""

    version: int
    """Of its encoding; see flows.packed.ENCODING_VERSION."""
    name: str
    shop_names: tuple[str, ...]
    """By language."""
    number: str
    codes: dict[str, tuple[str, ...]]
    """Where buyers reach the shop: `sms` and `ussd` codes, and `keyword`s that share a code."""
    languages: tuple[str, ...]
    channels: tuple[str, ...]
    currency: str
    decimals: int
    """Minor units of the currency: 2 for CNY, 0 for JPY."""
    timezone: str
    hours: Hours | None
    """None: always open."""
    delivery_s: int | None
    queues: tuple[str, ...]
    limits: Limits
    products: tuple[Product, ...]
    grammars: dict[str, tuple[str, bytes]]
    """Seller's SRGS grammars: file name and content."""
    variables: dict[str, str]
    """Variable to its type, see flows/schema.py; a choice's is `choice:QUESTION`."""
    choices: dict[str, tuple[Option, ...]]
    """Question of a choice to its values."""
    texts: Sequence[str]
    wordings: tuple[tuple[int, ...], ...]
    """A wording is an index into `texts` for each channel and language: channel * len(languages) + language."""
    nodes: tuple[AnyNode, ...]
    steps: dict[str, int]
    """Step name to its first node."""
    waits: dict[str, int]
    """Name of every question, outcome and call to its node."""
    anywhere: tuple[Option, ...]
    renamed: dict[str, str]
    """Old step name to new."""
    start: int
    calling: Calling = Calling()


def names_by_language(program: Program) -> dict[str, str]:
    """A shop's name by language; nothing where it has one for all."""
    names = program.shop_names
    return dict(zip(program.languages, names, strict=True)) if len(set(names)) > 1 else {}


def offered(options: tuple[Option, ...], channel: str) -> tuple[Option, ...]:
    """The options that a channel has: those of every channel, and its own."""
    return tuple([option for option in options if option.channel in (None, channel)])


def edges(node: AnyNode, channel: str | None = None) -> list[tuple[str, int]]:
    """Ways out of a node, on one channel or on any, as (label, target); a target may be NOWHERE.

    Labels are what coverage and diagrams show: `next`, `yes`, `no`, `option 1`, `tries`, `ok`, `sold out`, `anywhere 0`.
    Edges of `anywhere` belong to the program: see `anywhere_edges`.
    """
    match node:
        case Menu(_, _, options, retry):
            if channel is not None:
                options = offered(options, channel)
            ways = [(option_label(option), option.target) for option in options]
            return [*ways, ("tries", retry.target)]
        case Ask(retry=retry, next=following):
            return [("next", following), ("tries", retry.target)]
        case Branch(_, yes, no):
            return [("yes", yes), ("no", no)]
        case PlaceOrder() | HandOver() | Request() | Pay():
            return [("ok", node.next), *node.outcomes.items()]
        case Call(target=target, next=following):
            return [("call", target), ("return", following)]
        case Return() | Goodbye():
            return []
        case _:
            return [("next", node.next)]


def option_label(option: Option) -> str:
    """An option as coverage names it: by its key, or its first phrase where it has none."""
    if option.key is not None:
        return f"option {option.key}"
    if option.slots:
        return "option " + " ".join(f"<{name}:{kind}>" for name, kind in option.slots)
    return f"option {option.phrases[0] if option.phrases else option.value}"
