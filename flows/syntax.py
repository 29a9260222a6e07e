"""What a flow file says, as frozen values: one class a construct, in the order of language.md."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Span:
    """Where something stands, relative to its block so that a parsed block can be kept when others move."""

    block: str
    """Key of the block in `Flow.starts`."""
    line: int
    """1-based within the block."""
    column: int
    """1-based, in characters."""
    width: int
    """Characters to underline, at least 1."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A text for one channel, one language, or one of each."""

    channel: str | None
    language: str | None
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Text:
    """A base line and its variants: what is said, in every wording the seller wrote."""

    base: str
    variants: tuple[Variant, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Setting:
    """`open mon-fri 09:00-21:00`: a setting's canonical name and its value as written."""

    name: str
    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Tries:
    """`tries 3 then -> agent`."""

    limit: int
    target: str
    span: Span


@dataclass(frozen=True, slots=True)
class Shop:
    """`shop NAME` and what the seller declares about the shop."""

    name: Text
    settings: tuple[Setting, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Defaults:
    """`defaults`: what holds at every question that says nothing else."""

    settings: tuple[Setting, ...]
    tries: Tries | None
    wait: Setting | None
    span: Span


@dataclass(frozen=True, slots=True)
class Item:
    """`item 101 price 18.00 stock 40 牛肉面 | 牛肉`: one product; price, stock as written (checked later)."""

    code: str
    price: str | None
    stock: str | None
    group: str | None
    unit: str | None
    label: Text
    """Name first, then synonyms, parted by `|`; variants give other languages."""
    span: Span


@dataclass(frozen=True, slots=True)
class Catalog:
    """`catalog`, inline or `from FILE.csv`."""

    source: str | None
    items: tuple[Item, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Option:
    """One line of a menu or of `anywhere`: key, phrases, guard, target."""

    channel: str | None
    key: str | None
    """`0`-`9...`, `*` or `#`."""
    label: Text
    """Phrases parted by `|`, the first is shown; `<dish:product>` are slots (only in `anywhere`)."""
    guard: str | None
    target: str
    target_span: Span
    span: Span


@dataclass(frozen=True, slots=True)
class Anywhere:
    """`anywhere`: phrases and keys that work at every question."""

    options: tuple[Option, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class GrammarFile:
    """`grammar NAME from FILE`: the seller's own SRGS grammar."""

    name: str
    source: str
    span: Span


@dataclass(frozen=True, slots=True)
class Operation:
    """`look_up(phone) -> points number, tier text`: one request of a partner's service."""

    name: str
    parameters: tuple[str, ...]
    results: tuple[tuple[str, str], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Service:
    """`service NAME` and its operations."""

    name: str
    operations: tuple[Operation, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Include:
    """`include FILE`."""

    source: str
    span: Span


@dataclass(frozen=True, slots=True)
class Renamed:
    """`renamed OLD -> NEW`: waiting buyers follow a step to its new name."""

    old: str
    new: str
    span: Span


# --- statements ---


@dataclass(frozen=True, slots=True)
class Say:
    """`say TEXT`, or `announce TEXT`."""

    text: Text
    span: Span
    to_its_end: bool = False
    """`announce`: no key and no word of a caller stops it."""


@dataclass(frozen=True, slots=True)
class Retry:
    """What a question does with silence and nonsense; None where the seller wrote nothing."""

    no_input: tuple[Text, ...] = ()
    """Wording for the first, second ... silence; the last repeats."""
    no_match: tuple[Text, ...] = ()
    tries: Tries | None = None
    wait: Setting | None = None


@dataclass(frozen=True, slots=True)
class Menu:
    """`menu TEXT` with its options."""

    text: Text | None
    options: tuple[Option, ...]
    retry: Retry
    span: Span


@dataclass(frozen=True, slots=True)
class AnswerType:
    """`number 1..20`: kind as in grammars.keywords (product, number, digits ...), its bounds, group or grammar."""

    kind: str
    lower: int | None
    upper: int | None
    name: str | None
    """Group of `product of GROUP`, or the name of a grammar."""
    span: Span


@dataclass(frozen=True, slots=True)
class ChoiceOption:
    """`1 大碗 | 大 = large` in an `ask ... as choice`."""

    key: str | None
    label: Text
    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Ask:
    """`ask NAME as TYPE`."""

    name: str
    type: AnswerType
    prompts: tuple[Say, ...]
    choices: tuple[ChoiceOption, ...]
    retry: Retry
    confirm: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Jump:
    """`-> STEP`."""

    target: str
    span: Span


@dataclass(frozen=True, slots=True)
class Branch:
    """`if`, any `else if`, and `else`: arms in order; the condition of `else` is None."""

    arms: tuple[tuple[str | None, tuple[Statement, ...], Span], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Assign:
    """`set PATH = EXPRESSION`."""

    path: str
    value: str
    value_span: Span
    span: Span


@dataclass(frozen=True, slots=True)
class Add:
    """`add AMOUNT of PRODUCT to cart`."""

    amount: str
    product: str
    span: Span


@dataclass(frozen=True, slots=True)
class Remove:
    """`remove PRODUCT from cart`."""

    product: str
    span: Span


@dataclass(frozen=True, slots=True)
class EmptyCart:
    """`empty cart`."""

    span: Span


@dataclass(frozen=True, slots=True)
class When:
    """`when OUTCOME`: what follows one outcome of an effect."""

    outcome: str
    """Canonical English name, or as written if unknown."""
    body: tuple[Statement, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    """`place order`."""

    whens: tuple[When, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class HandOver:
    """`hand over to QUEUE`."""

    queue: str
    prompts: tuple[Say, ...]
    whens: tuple[When, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class SendSms:
    """`send sms TEXT` to the buyer."""

    text: Text
    span: Span


@dataclass(frozen=True, slots=True)
class TellShop:
    """`tell shop TEXT`: a message for the seller."""

    text: Text
    span: Span


@dataclass(frozen=True, slots=True)
class Request:
    """`request NAME = service.operation(...)`."""

    name: str
    call: str
    call_span: Span
    whens: tuple[When, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Pay:
    """`pay AMOUNT`."""

    amount: str
    amount_span: Span
    whens: tuple[When, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Call:
    """`call STEP(...)`: run a step and come back at its `return` or end."""

    target: str
    arguments: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Return:
    """`return`."""

    span: Span


@dataclass(frozen=True, slots=True)
class Goodbye:
    """`goodbye`: the session ends."""

    span: Span


Statement = (
    Say
    | Menu
    | Ask
    | Jump
    | Branch
    | Assign
    | Add
    | Remove
    | EmptyCart
    | PlaceOrder
    | HandOver
    | SendSms
    | TellShop
    | Request
    | Pay
    | Call
    | Return
    | Goodbye
)


@dataclass(frozen=True, slots=True)
class Step:
    """`step NAME(parameters)`."""

    name: str
    parameters: tuple[str, ...]
    body: tuple[Statement, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class FlowVersion:
    """`flow 1`: the version of the language."""

    version: int
    span: Span


Block = (
    FlowVersion
    | Shop
    | Defaults
    | Catalog
    | Anywhere
    | Step
    | GrammarFile
    | Service
    | Include
    | Renamed
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block begins: the file as the seller named it, and the line of its first line."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Suppression:
    """`# ok F102: why` on a line of its own silences that rule on the next line (or block)."""

    code: str
    place: Place
    """The line of the comment."""
    target_line: int


@dataclass(frozen=True, slots=True)
class Flow:
    """A whole flow: its blocks in order (includes in the place of their `include`) and where each begins."""

    name: str
    """Folder or file name without its ending: what `@ flow noodles` names."""
    blocks: tuple[Block, ...]
    starts: dict[str, Place]
    sources: dict[str, tuple[str, ...]]
    """File name to its lines, for carets."""
    suppressions: tuple[Suppression, ...] = ()
    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    """Catalogs and grammars that the flow names, as read beside it."""
