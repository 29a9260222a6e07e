"""The function of any node."""

from __future__ import annotations

from flows import effects
from flows import program as p
from flows.machine import questions, statements
from flows.machine.anywhere import Anywhere
from flows.machine.signs import END, Question, Run, Trace
from flows.machine.texts import evaluated
from flows.render import Renderer


def made(
    program: p.Program,
    index: int,
    renderer: Renderer,
    elsewhere: list[Anywhere],
    trace: Trace | None,
) -> Run | Question:
    """The function of a node; of one that asks, also what understands the answers."""
    node = program.nodes[index]
    match node:
        case p.Say(wording, following, to_its_end):
            said = statements.announced if to_its_end else effects.Say
            return statements.say(wording, following, said)
        case p.SendSms(wording, following):
            return statements.say(wording, following, effects.SendSms)
        case p.TellShop(wording, following):
            tell = statements.say(wording, following, effects.TellShop)
            return statements.tell_shop(program.languages[0], tell)
        case p.Menu():
            return questions.menu(node, renderer, elsewhere)
        case p.Ask():
            return questions.ask(node, program, elsewhere)
        case p.Branch(condition, yes, no):
            test = evaluated(renderer, condition)
            return lambda t: yes if test(t) else no
        case p.Assign():
            return statements.assign(node, evaluated(renderer, node.value), program.languages)
        case p.Add(amount, product, following):
            return statements.add(evaluated(renderer, amount), product, following)
        case p.Remove(product, following):
            return statements.remove(product, following)
        case p.Empty(following):
            return statements.empty(following)
        case p.PlaceOrder():
            return statements.place_order(node)
        case p.HandOver():
            return statements.hand_over(node)
        case p.Request():
            return statements.request(node, renderer)
        case p.Pay():
            return statements.pay(node, evaluated(renderer, node.amount))
        case p.Call():
            return statements.call(node, renderer)
        case p.Return():
            return statements.come_back(program, trace)
        case p.Goodbye():
            return lambda _: END
