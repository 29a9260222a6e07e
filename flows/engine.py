"""The engine: one turn of one buyer. Values in, values out, nothing else.

`step(machine, session, given, now)` reads the input at the question where the session waits, walks the program to the next
wait, and returns the session as it is then with the effects in order. It has no clock, no chance and no I/O, so the same
arguments give the same result: replay, crash recovery and tests rest on that.
"""

from __future__ import annotations

from flows import consequence, effects, prompts
from flows import program as p
from flows.answers import ANSWER_CHARACTERS_MAX, FREE_TYPES
from flows.effects import Effect
from flows.inputs import Given, HungUp, Input, Keys, Opened, Order, Outcome, Silence, Speech, Text
from flows.machine import (
    CONFIRM,
    END,
    NO_MATCH,
    RESUME,
    SPOKEN,
    STEPS_PER_TURN_MAX,
    WAIT,
    FlowTroubleError,
    Machine,
)
from flows.machine.questions import confirmation, heard_back, reading_back
from flows.machine.texts import text_of
from flows.session import ENDED, Session
from flows.turn import Turn
from grammars.yesno import read_yesno

TURNS_AFTER_LIMIT_MAX = 20
"""Turns that the step named by `max turns n then -> step` may still take; then the session ends."""
CONFIDENCE_MIN = 0.4
"""Speech heard with less confidence is not understood."""
RESUME_OFFER_MAX_S = 86_400
"""After a day a buyer is not asked whether to go on, but begins again."""
VOICE = p.CHANNELS.index("voice")
INSTEAD = {"closed": "busy", "failed": "busy", "hangup": "timeout"}
"""The way that a flow takes from a hand-over where it has none for what came back."""


def begin(machine: Machine, channel: str, given: Given, now: int) -> tuple[Session, list[Effect]]:
    """A buyer's first turn on a channel. `now` is Unix seconds.

    A text that opens a session and already says something (`101 2`) is acted on at once.
    """
    program = machine.program
    language = given.buyer.language
    if language not in machine.languages:
        language = program.languages[0]
    session = Session(machine.fingerprint, p.CHANNELS.index(channel), language, touched=now)
    turn = _turn(machine, session, given, now)
    sign = _walk(machine, turn, program.start)
    if sign == WAIT and isinstance(given.input, Text):
        text = given.input.text[:ANSWER_CHARACTERS_MAX].strip()
        if text and turn.at in machine.questions:
            target = machine.strict[turn.at](turn, text)
            if target != NO_MATCH:
                if machine.trace is not None:
                    machine.trace.answered(program.waits[turn.at], turn.chosen)
                # The buyer has answered before being asked; the question need not be read.
                if turn.effects and turn.effects[-1].__class__ is effects.Say:
                    turn.effects.pop()
                sign = _walk(machine, turn, target)
    return _close(turn, session, sign, 1)


def understands(
    machine: Machine, session: Session | None, channel: str, given: Given, now: int
) -> bool:
    """Whether a text is an answer where a buyer waits, or means something where one begins."""
    assert isinstance(given.input, Text)
    text = given.input.text[:ANSWER_CHARACTERS_MAX].strip()
    waits = session is not None and now - session.touched <= machine.session_s[session.channel]
    if session is None or session.at == ENDED or not waits:
        session, _ = begin(machine, channel, Given(Opened(), given.buyer, given.stock), now)
        answers = machine.strict
    else:
        answers = machine.answers
    turn = _turn(machine, session, given, now)
    return turn.at not in machine.questions or answers[turn.at](turn, text) != NO_MATCH


def step(
    machine: Machine, session: Session, given: Given, now: int
) -> tuple[Session, list[Effect]]:
    """One turn. `machine` must be made of the program that the session is pinned to; `now` is Unix seconds.

    A session that is over begins again on its channel.
    """
    at = session.at
    given_input = given.input
    if (
        at in machine.questions
        and given_input.__class__ is Text
        and now - session.touched <= machine.session_s[session.channel]
    ):
        # The common case: a message in time, at a question.
        turn = _turn(machine, session, given, now)
        turns = session.turns + 1
        if _turns_over(machine, turns):
            return _close(turn, session, _too_many(machine, turn, turns), turns)
        sign = _answer(machine, turn, at, given_input.text)  # type: ignore[union-attr]
        return _close(turn, session, sign, turns)
    if at == ENDED:
        return begin(machine, p.CHANNELS[session.channel], given, now)
    return _uncommon(machine, session, given, now)


def go_to(
    machine: Machine, session: Session, step: str, given: Given, now: int
) -> tuple[Session, list[Effect]]:
    """Go on at a step of the flow, whatever the session waits for: a person sends the buyer there.

    Raises KeyError if the flow has no such step.
    """
    turn = _turn(machine, session, given, now)
    turn.calls = ()
    sign = _walk(machine, turn, machine.program.steps[step])
    return _close(turn, session, sign, session.turns + 1)


def _turn(machine: Machine, session: Session, given: Given, now: int) -> Turn:
    turn = Turn()
    turn.values = dict(session.values)
    turn.cart = session.cart
    turn.language = language = session.language
    turn.l = index = machine.languages.get(language, 0)
    turn.channel = channel = session.channel
    turn.w = channel * len(machine.languages) + index
    turn.buyer = given.buyer
    turn.stock = given.stock
    turn.now = now
    turn.at = session.at
    turn.tries = session.tries
    turn.calls = session.calls
    turn.order = session.order
    turn.missing = session.missing
    turn.placed = session.placed
    turn.pending = None
    turn.effects = []
    turn.shop = machine.shop
    turn.texts = machine.texts
    turn.answered = False
    turn.chosen = -1
    return turn


def _close(turn: Turn, session: Session, sign: int, turns: int) -> tuple[Session, list[Effect]]:
    if sign != WAIT:
        turn.effects.append(effects.Goodbye())
        turn.at = ENDED
        turn.cart = ()
        turn.calls = ()
    return (
        Session(
            session.program,
            turn.channel,
            turn.language,
            turn.at,
            turn.now,
            turn.tries,
            turns,
            turn.values,
            turn.cart,
            turn.order,
            turn.missing,
            turn.calls,
            turn.pending,
            turn.placed,
        ),
        turn.effects,
    )


def _walk(machine: Machine, turn: Turn, index: int) -> int:
    """Run nodes from `index` to a wait or the end; the sign it stopped with."""
    runs = machine.runs
    turn.tries = 0
    try:
        for _ in range(STEPS_PER_TURN_MAX):
            if index < 0:
                return index
            index = runs[index](turn)
        if index < 0:
            return index
        raise FlowTroubleError(
            "steps.limit", f"more than {STEPS_PER_TURN_MAX} steps without a question"
        )
    except FlowTroubleError as trouble:
        code, message = trouble.code, str(trouble)
    except (KeyError, AttributeError, TypeError, IndexError, ValueError) as error:
        # A value that a text needs is not there: the checker warns (V301), the buyer must not be left hanging.
        code, message = "value.failed", f"{type(error).__name__}: {error}"
    turn.effects.append(effects.Say(prompts.word("sorry", turn.language)))
    turn.effects.append(effects.Trouble(code, message))
    return END


def _answer(machine: Machine, turn: Turn, at: str, text: str) -> int:
    """Take a message as the answer to question `at`."""
    text = text.strip()[:ANSWER_CHARACTERS_MAX]
    try:
        target = machine.answers[at](turn, text) if text else NO_MATCH
    except (KeyError, AttributeError, TypeError, ValueError) as error:
        turn.effects.append(effects.Trouble("value.failed", f"{type(error).__name__}: {error}"))
        target = NO_MATCH
    if target == NO_MATCH:
        return _again(machine, turn, at, silent=False)
    if target == WAIT and turn.answered:
        return WAIT
    if machine.trace is not None:
        machine.trace.answered(machine.program.waits[at], turn.chosen)
    return _walk(machine, turn, target)


def _again(machine: Machine, turn: Turn, at: str, *, silent: bool) -> int:
    """Silence or nonsense at a question: say so, ask again, or go where the tries run out."""
    question = machine.questions[at]
    retry = question.retry
    turn.tries += 1
    if turn.tries >= retry.tries:
        return _give_up(machine, turn, at)
    own = retry.no_input if silent else retry.no_match
    tries = turn.tries
    if own:
        reply = text_of(turn, own[min(tries, len(own)) - 1])
    elif silent:
        reply = prompts.word("no_input", turn.language)
    elif isinstance(question, p.Ask):
        by_star = turn.channel == VOICE and machine.program.decimals > 0
        reply = prompts.no_match(
            question.type, turn.language, question.lower, question.upper, by_star=by_star
        )
    else:
        reply = prompts.word("no_match", turn.language)
    turn.effects.append(effects.Say(reply))
    # A menu is useless without its options; a seller's own words for an `ask` say what is wanted.
    sign = WAIT
    if isinstance(question, p.Menu) or not own or silent:
        sign = _walk(machine, turn, machine.program.waits[at])
    turn.tries = tries
    turn.at = at
    return sign


def _too_many(machine: Machine, turn: Turn, turns: int) -> int:
    """`max turns n then -> step`: once to that step, and after as many turns again to the end."""
    limits = machine.program.limits
    turn.effects.append(effects.Trouble("turns.limit", f"{limits.turns_max} turns"))
    return _walk(machine, turn, limits.turns_target) if turns == limits.turns_max + 1 else END


def _turns_over(machine: Machine, turns: int) -> bool:
    over = turns - machine.program.limits.turns_max
    return over == 1 or over > TURNS_AFTER_LIMIT_MAX


def _uncommon(
    machine: Machine, session: Session, given: Given, now: int
) -> tuple[Session, list[Effect]]:
    """Everything but a message in time at a question."""
    given_input = given.input
    turn = _turn(machine, session, given, now)
    turns = session.turns + 1
    at = session.at
    if given_input.__class__ is HungUp:
        # The place is kept: the buyer may call back, or go on by SMS.
        turn.pending = session.pending
        return _close(turn, session, WAIT, turns)
    if given_input.__class__ is Outcome:
        return _close(turn, session, _outcome(machine, turn, at, given_input), turns)  # type: ignore[arg-type]
    if at not in machine.program.waits and at.lstrip(RESUME + CONFIRM) not in machine.program.waits:
        # The question is gone: the session was moved by force, or the flow never had it.
        return begin(machine, p.CHANNELS[session.channel], given, now)
    expired = now - session.touched > machine.session_s[session.channel]
    if _is_awaited(machine, at) and now - session.touched <= RESUME_OFFER_MAX_S:
        # Whoever writes, dials or calls again while an order is on its way must not lose it by that, however long it takes.
        turn.effects.append(effects.Say(prompts.word("one_moment", turn.language)))
        return _close(turn, session, WAIT, turns)
    if (expired and given_input.__class__ is not Silence) or given_input.__class__ is Opened:
        return _resume(machine, session, turn, given, now, turns)
    text = _words(given_input)
    if at.startswith(RESUME):
        return _resumed(machine, session, turn, given, now, text)
    if at.startswith(CONFIRM + RESUME):
        return _restart_confirmed(machine, session, turn, given, now, text)
    if at.startswith(CONFIRM):
        return _close(turn, session, _confirmed(machine, turn, session, text), turns)
    if at not in machine.questions:
        # A person is still waited for.
        turn.effects.append(effects.Say(prompts.word("one_moment", turn.language)))
        return _close(turn, session, WAIT, turns)
    if _turns_over(machine, turns):
        return _close(turn, session, _too_many(machine, turn, turns), turns)
    if text is None:
        return _close(turn, session, _again(machine, turn, at, silent=True), turns)
    if given_input.__class__ is Speech:
        return _close(turn, session, _spoken(machine, turn, at, text), turns)
    return _close(turn, session, _answer(machine, turn, at, text), turns)


def _is_awaited(machine: Machine, at: str) -> bool:
    """Whether a session waits for an outcome that nobody's words bring: a partner's, a payment's."""
    index = machine.program.waits.get(at)
    return index is not None and isinstance(
        machine.program.nodes[index], p.PlaceOrder | p.Request | p.Pay
    )


def _spoken(machine: Machine, turn: Turn, at: str, text: str) -> int:
    """Take speech as the answer; what nothing takes back is read back first, and needs a yes or a key (flows.consequence)."""
    question = machine.questions[at]
    trial = consequence.trial(turn)
    try:
        target = machine.answers[at](trial, text) if text else NO_MATCH
    except (KeyError, AttributeError, TypeError, ValueError):
        target = NO_MATCH
    recorded = isinstance(question, p.Ask) and question.type in FREE_TYPES and trial.chosen < 0
    if not consequence.is_final(machine, trial, target, recorded=recorded):
        return _answer(machine, turn, at, text)
    turn.at = SPOKEN + at
    turn.pending = text
    turn.chosen = trial.chosen
    turn.effects.append(effects.Say(reading_back(turn, question, machine.program.anywhere, text)))
    return WAIT


def _words(given_input: Input) -> str | None:
    """What an input says, None for silence; speech that was hardly heard says nothing that is understood."""
    match given_input:
        case Text(text):
            return text
        case Keys(keys):
            return keys if keys == "#" else keys.rstrip("#")
        case Speech(text, confidence):
            return text if confidence >= CONFIDENCE_MIN else ""
        case _:
            return None


def _outcome(machine: Machine, turn: Turn, at: str, outcome: Outcome) -> int:
    """Go on after an effect."""
    index = machine.program.waits.get(at)
    node = machine.program.nodes[index] if index is not None else None
    if not isinstance(node, p.PlaceOrder | p.HandOver | p.Request | p.Pay):
        # Late or doubled: the session is elsewhere by now and stays there.
        return WAIT if turn.at else END
    values = outcome.values
    if isinstance(node, p.PlaceOrder):
        if outcome.name == "ok":
            number, eta = str(values.get("number", "")), str(values.get("eta", ""))
            total = turn.total(turn.cart)
            turn.order = Order(number, "placed", total, eta, turn.cart)
            # Texts after the order may still name what was in the cart; the next `add` begins a new one.
            turn.placed = True
        else:
            turn.missing = str(values.get("missing", ""))
    elif isinstance(node, p.Request) and outcome.name == "ok":
        for name, _ in node.results:
            turn.values[f"{node.name}.{name}"] = values.get(name, "")
    name = outcome.name
    if isinstance(node, p.HandOver) and name not in node.outcomes:
        name = INSTEAD.get(name, name)
    if name not in ("ok", *node.outcomes):
        name = "failed"
    if machine.trace is not None and index is not None:
        machine.trace.edge(index, name)
    target = node.next if name == "ok" else node.outcomes.get(name)
    if target is None:
        turn.effects.append(effects.Say(prompts.word("sorry", turn.language)))
        turn.effects.append(effects.Trouble("outcome.unhandled", f"{at}: {outcome.name}"))
        return END
    return _walk(machine, turn, target)


def _confirmed(machine: Machine, turn: Turn, session: Session, text: str | None) -> int:
    """The answer to `is that right?`."""
    at = session.at.lstrip(CONFIRM)
    question = machine.questions[at]
    said = read_yesno(text) if text else None
    if session.at.startswith(SPOKEN) or not isinstance(question, p.Ask):
        return _spoken_confirmed(machine, turn, session, at, said)
    if said and session.pending is not None:
        turn.values[question.name] = session.pending
        if machine.trace is not None:
            machine.trace.answered(machine.program.waits[at], -1)
        return _walk(machine, turn, question.next)
    if said is None and session.pending is not None and session.tries + 1 < question.retry.tries:
        turn.pending = session.pending
        turn.tries = session.tries + 1
        turn.effects.append(
            effects.Say(confirmation(turn, question, session.pending, machine.program.decimals))
        )
        return WAIT
    turn.tries = session.tries
    return _ask_again(machine, turn, at)


def _spoken_confirmed(
    machine: Machine, turn: Turn, session: Session, at: str, said: bool | None
) -> int:
    """The answer to `is that right?` after speech that nothing could take back."""
    heard = str(session.pending or "")
    turn.at = at
    turn.tries = session.tries
    if said and heard:
        return _answer(machine, turn, at, heard)
    if said is None and heard and session.tries + 1 < machine.questions[at].retry.tries:
        turn.at = SPOKEN + at
        turn.pending = heard
        turn.tries = session.tries + 1
        question, anywhere = machine.questions[at], machine.program.anywhere
        turn.effects.append(effects.Say(reading_back(turn, question, anywhere, heard)))
        return WAIT
    return _ask_again(machine, turn, at)


def _ask_again(machine: Machine, turn: Turn, at: str) -> int:
    tries = turn.tries + 1
    if tries >= machine.questions[at].retry.tries:
        return _give_up(machine, turn, at)
    sign = _walk(machine, turn, machine.program.waits[at])
    turn.tries = tries
    return sign


def _give_up(machine: Machine, turn: Turn, at: str) -> int:
    """The tries of a question have run out."""
    if machine.trace is not None:
        machine.trace.edge(machine.program.waits[at], "tries")
    return _walk(machine, turn, machine.questions[at].retry.target)


def _resume(
    machine: Machine, session: Session, turn: Turn, given: Given, now: int, turns: int
) -> tuple[Session, list[Effect]]:
    """A buyer comes back after the session ran out or the call was dropped: offer to go on."""
    at = session.at.lstrip(RESUME + CONFIRM)
    unfinished = bool(session.values) if not session.cart else not session.placed
    worth = unfinished and at in machine.questions
    if not worth or now - session.touched > RESUME_OFFER_MAX_S:
        return begin(machine, p.CHANNELS[session.channel], given, now)
    if given.input.__class__ is Text:
        # What works at every question works here too: STOP, a person, a new order in one line.
        target = machine.anywhere(turn, given.input.text.strip())  # type: ignore[union-attr]
        if target != NO_MATCH:
            return _close(turn, session, _walk(machine, turn, target), turns)
    turn.effects.append(effects.Say(_resume_offer(turn)))
    turn.at = RESUME + at
    turn.tries = 0
    return _close(turn, session, WAIT, turns)


def _resume_offer(turn: Turn) -> str:
    language, channel = turn.language, p.CHANNELS[turn.channel]
    if turn.cart:
        text = prompts.word("resume_cart", language).format(summary=turn.summary(turn.cart))
    else:
        text = prompts.word("resume", language)
    options: list[tuple[str | None, str]] = [
        ("1", prompts.word("resume_continue", language)),
        ("2", prompts.word("resume_restart", language)),
    ]
    lines = prompts.menu_lines(options, channel, language)
    return prompts.prompt_with_menu(text, lines, channel)


def _resumed(
    machine: Machine, session: Session, turn: Turn, given: Given, now: int, text: str | None
) -> tuple[Session, list[Effect]]:
    """The answer to the offer to go on."""
    at = session.at.lstrip(RESUME + CONFIRM)
    turns = session.turns + 1
    words = (text or "").strip()
    said = read_yesno(words)
    language = turn.language
    if words == prompts.word("resume_continue", language):
        said = True
    elif words == prompts.word("resume_restart", language):
        said = False
    spoken = given.input.__class__ is Speech
    if said is False and spoken and consequence.has_basket(turn):
        return _close(turn, session, _restart_read_back(turn, at, words), turns)
    if said:
        return _close(turn, session, _walk(machine, turn, machine.program.waits[at]), turns)
    if said is None and text is not None and at in machine.questions:
        # The buyer may simply answer the question that was open.
        target = _meant(machine, turn, at, words, spoken=spoken)
        if target != NO_MATCH and not turn.answered:
            return _close(turn, session, _walk(machine, turn, target), turns)
    if said is None and session.tries < 1:
        return _close(turn, session, _offered_again(turn, at), turns)
    if said is None and turn.channel == VOICE and consequence.has_basket(turn):
        # Noise and silence on a line lose no basket: where it stands is heard.
        return _close(turn, session, _walk(machine, turn, machine.program.waits[at]), turns)
    return begin(machine, p.CHANNELS[session.channel], given_opened(given), now)


def _meant(machine: Machine, turn: Turn, at: str, words: str, *, spoken: bool) -> int:
    """Where an answer to the question itself leads; speech only where it can be taken back."""
    if not words:
        return NO_MATCH
    if spoken:
        trial = consequence.trial(turn)
        target = machine.answers[at](trial, words)
        if consequence.is_final(machine, trial, target):
            return NO_MATCH
    return machine.answers[at](turn, words)


def _offered_again(turn: Turn, at: str) -> int:
    turn.effects.append(effects.Say(_resume_offer(turn)))
    turn.at = RESUME + at
    turn.tries = 1
    return WAIT


def _restart_read_back(turn: Turn, at: str, words: str) -> int:
    """Speech would lose a basket: it needs a yes or a key."""
    turn.effects.append(
        effects.Say(heard_back(turn, prompts.word("resume_restart", turn.language)))
    )
    turn.at = CONFIRM + RESUME + at
    turn.pending = words
    return WAIT


def _restart_confirmed(
    machine: Machine, session: Session, turn: Turn, given: Given, now: int, text: str | None
) -> tuple[Session, list[Effect]]:
    """The answer to `you said start again, is that right?`; anything but a yes is asked whether to go on once more."""
    if text and read_yesno(text):
        return begin(machine, p.CHANNELS[session.channel], given_opened(given), now)
    at = session.at.lstrip(RESUME + CONFIRM)
    return _close(turn, session, _offered_again(turn, at), session.turns + 1)


def given_opened(given: Given) -> Given:
    """The same world, with nothing said."""
    return Given(Opened(), given.buyer, given.stock)
