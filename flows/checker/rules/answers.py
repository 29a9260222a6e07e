"""K210 to K212, K214: what a question understands, and how sure of it a seller can be."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from flows import expression as e
from flows import program as p
from flows import prompts
from flows import syntax as s
from flows.checker.rule import Finding, rule
from flows.checker.subject import Subject
from flows.checker.ways.graph import Graph, graph_of, reach
from flows.checker.written.wording import statements_of
from flows.compiler import SLOT
from grammars.names import nearest
from grammars.srgs.errors import GrammarError

DIGITS_WITHOUT_CONFIRM_MAX = 6
"""Keys that most callers press without a slip."""
_TELLS = (p.Say, p.SendSms, p.Menu, p.PlaceOrder, p.HandOver, p.Pay, p.Call)
"""What may have told a buyer what the next question is."""
_SLOT_KINDS = ("product", "number", "digits", "phone", "money", "date", "text", "address", "yesno")


@rule("K210", "grammar-error", "error")
def grammar_error(subject: Subject) -> Iterator[Finding]:
    """A grammar or a pattern cannot be read, or nothing a buyer says can match it.

    What it does
    Reads every `grammar ... from FILE` as SRGS 1.0 and says where it is wrong, whether it accepts nothing at all, and,
    on voice, whether a rule begins with itself. Checks that `ask ... as grammar` names a grammar, and that the
    patterns of `anywhere` are made of `<name:type>` alone.

    Why
    A question whose grammar is broken understands nobody.

    Example
    ```flow
    anywhere
      on sms <dish:produce> <qty:number>  -> start

    step start
      ask dish as product of catalog
        say 想吃什么？
      goodbye
    ```

    Write instead
    ```flow
    anywhere
      on sms <dish:product> <qty:number>  -> start

    step start
      ask dish as product of catalog
        say 想吃什么？
      goodbye
    ```
    """
    names: dict[str, s.GrammarFile] = {}
    for block in subject.flow.blocks:
        if isinstance(block, s.GrammarFile):
            names[block.name] = block
            content = subject.flow.files.get(block.source)
            if content is not None:
                for message, advice, warns in _grammar_problems(block.source, content):
                    if warns and "voice" not in subject.program.channels:
                        continue
                    yield Finding(
                        block.span, message, advice or None, severity="warning" if warns else None
                    )
    for _, statement in statements_of(subject):
        match statement:
            case s.Ask(type=s.AnswerType(kind="grammar", name=name, span=span)) if (
                name not in names
            ):
                close = nearest(name or "", names)
                yield Finding(
                    span,
                    f"there is no grammar `{name}`",
                    f"did you mean `{close[0]}`?" if close else f"write `grammar {name} from FILE`",
                )
            case s.Menu(options=options):
                for option in options:
                    if SLOT.search(option.label.base):
                        yield Finding(
                            option.span,
                            "a pattern of slots works only in `anywhere`",
                            "write a phrase, or move the option to `anywhere`",
                        )
            case _:
                pass
    for option in subject.anywhere:
        if "<" in option.label.base:
            yield from _pattern_problems(option)


@rule("K211", "missing-no-match", "warning")
def missing_no_match(subject: Subject) -> Iterator[Finding]:
    """A buyer who is not understood is answered in English, in a language that is not English.

    What it does
    The platform has its own replies to nonsense and silence in Chinese and English. In a shop with another language,
    looks for questions without `no match` (and on voice `no input`) of their own.

    Why
    The buyer reads a language that the shop promised not to need.

    Example
    ```flow
    shop Chez Marie
      languages fr
      channels sms

    step start
      ask qty as number 1..20
        say Combien ?
      goodbye
    ```

    Write instead
    ```flow
    shop Chez Marie
      languages fr
      channels sms

    step start
      ask qty as number 1..20
        say Combien ?
        no match Un nombre de 1 à 20, s'il vous plaît.
      goodbye
    ```
    """
    foreign = [x for x in subject.program.languages if x not in prompts.LANGUAGES]
    if not foreign:
        return
    voice = "voice" in subject.program.channels
    for _, statement in statements_of(subject):
        if not isinstance(statement, s.Menu | s.Ask):
            continue
        retry = statement.retry
        missing = [
            *(["no match"] if not retry.no_match else []),
            *(["no input"] if voice and not retry.no_input else []),
        ]
        if missing:
            yield Finding(
                statement.span,
                f"this question has no `{'` and no `'.join(missing)}`, so that buyers are answered in English"
                f" ({', '.join(foreign)})",
                f"write `{missing[0]} ...` under the question",
            )


@rule("K212", "long-collect-without-confirm", "warning")
def long_collect_without_confirm(subject: Subject) -> Iterator[Finding]:
    """A caller gives more than six digits, a phone number or an address, and it is not read back.

    What it does
    On voice, looks for `ask` of a phone number, of more than six digits, of an address, and of a text that the flow
    then computes with or sends to a partner, without `confirm`. A message for a person needs none: the recording is
    kept.

    Why
    One wrong key, or one name misheard, and the goods go elsewhere.

    Example
    ```flow
    shop 老王面馆
      channels voice

    step start
      ask addr as address
        say 请说出送货地址。
      set buyer.address = addr
      goodbye
    ```

    Write instead
    ```flow
    shop 老王面馆
      channels voice

    step start
      ask addr as address
        say 请说出送货地址。
        confirm
      set buyer.address = addr
      goodbye
    ```
    """
    if "voice" not in subject.program.channels:
        return
    for _, statement in statements_of(subject):
        if not isinstance(statement, s.Ask) or statement.confirm:
            continue
        kind, upper = statement.type.kind, statement.type.upper
        match kind:
            case "phone" | "address":
                what = "a phone number" if kind == "phone" else "an address"
            case "digits" if upper is None or upper > DIGITS_WITHOUT_CONFIRM_MAX:
                what = f"{upper} digits" if upper else "any number of digits"
            case "text" if statement.name in _computed_with(subject):
                what = "free speech"
            case _:
                continue
        yield Finding(
            statement.type.span,
            f"a caller gives {what}, and it is not read back",
            "write `confirm` under the question",
        )


def _pattern_problems(option: s.Option) -> Iterator[Finding]:
    slots = SLOT.findall(option.label.base)
    rest = SLOT.sub("", option.label.base).strip()
    if rest:
        yield Finding(
            option.span,
            f"`{rest}` in a pattern is not read",
            "make the pattern of slots such as `<dish:product>` alone",
        )
    for name, kind in slots:
        if kind not in _SLOT_KINDS:
            close = nearest(kind, _SLOT_KINDS)
            yield Finding(
                option.span,
                f"`{kind}` is no type of a slot",
                f"did you mean `{close[0]}`?" if close else f"types are {', '.join(_SLOT_KINDS)}",
            )
        if sum(other == name for other, _ in slots) > 1:
            yield Finding(
                option.span, f"`{name}` is in the pattern twice", "give each slot its own name"
            )
            return


@lru_cache(maxsize=1_000)
def _grammar_problems(source: str, content: bytes) -> tuple[tuple[str, str, bool], ...]:
    """(message, help, whether it is only a warning) of a grammar file."""
    from grammars.srgs.analysis import is_empty_language, left_recursive
    from grammars.srgs.reader import read_grammar

    try:
        # Without `resolve`, as the engine reads it: a grammar of a flow stands alone.
        grammar = read_grammar(content, uri=source)
    except GrammarError as error:
        return ((f"{source}:{error.line}:{error.column}: {error.message}", error.help, False),)
    found: list[tuple[str, str, bool]] = []
    if is_empty_language(grammar):
        found.append(
            (
                f"{source} accepts nothing that a buyer can say",
                "give it an alternative that ends",
                False,
            )
        )
    if recursive := left_recursive(grammar):
        named = ", ".join(f"`{name}`" for name in recursive)
        found.append(
            (
                f"{source}: rule {named} begins with itself, which recognisers may refuse",
                "put a word before it, or write a repeat",
                True,
            )
        )
    return tuple(found)


@lru_cache(maxsize=4)
def _computed_with(subject: Subject) -> frozenset[str]:
    """Names that `set` keeps elsewhere and that `request` sends."""
    found: set[str] = set()
    for _, statement in statements_of(subject):
        try:
            match statement:
                case s.Assign(value=value):
                    found |= {path.parts[0] for path in e.paths(e.parse_expression(value))}
                case s.Request(call=call):
                    for argument in e.parse_service_call(call).arguments:
                        found |= {path.parts[0] for path in e.paths(argument)}
                case _:
                    pass
        except e.ExpressionError:
            continue
    return frozenset(found)


@rule("K214", "wordless-question", "warning")
def wordless_question(subject: Subject) -> Iterator[Finding]:
    """A question has no words: it waits for an answer, and nobody was asked anything.

    What it does
    Looks for `ask` without a `say` under it to which a buyer comes from the first line of the flow, or from an answer to another `ask`,
    with nothing to read on any way. Whatever may ask for it counts, in the same step or in one that leads there: `say`, `send sms`,
    the option of a `menu` or of `anywhere`, what an order, a payment, a person or a called step says, and words for tries that run
    out. So does a line that cannot be read. A `choice` shows what there is to choose from.

    Why
    The buyer answered one question and reads nothing more, so that the shop seems to be dead; a caller hears silence.

    Example
    ```flow
    step start
      ask name as text
        say Who are you?
      ask qty as number 1..20
      goodbye
    ```

    Write instead
    ```flow
    step start
      ask name as text
        say Who are you?
      ask qty as number 1..20
        say How many?
      goodbye
    ```
    """
    graph = graph_of(subject)
    wordless = [
        (index, node)
        for index, node in enumerate(graph.nodes)
        if isinstance(node, p.Ask) and not node.wordings and not node.choices
    ]
    if not wordless or subject.partly:
        return
    asked = _told_before(graph)
    for index, node in wordless:
        if index in graph.reached and index not in asked:
            yield Finding(
                subject.compiled.spans[index],
                f"nothing asks for `{node.name}`: this question has no words",
                "write `say ...` under it, indented by two spaces",
            )


def _told_before(graph: Graph) -> set[int]:
    """Nodes that a buyer may come to with words that no answer was given to; in doubt they are such."""
    told = [to for to in graph.entries if to != graph.shape.start]
    told += [option.target for option in graph.shape.anywhere]
    onward: list[list[int]] = []
    for node, ways in zip(graph.nodes, graph.edges, strict=True):
        if isinstance(node, _TELLS):
            told += [to for _, to in ways]
        elif isinstance(node, p.Ask):
            told.append(node.retry.target)
        # An answer is given to all words before it.
        onward.append([] if isinstance(node, p.Ask) else [to for _, to in ways])
    return set(reach(told, onward))
