"""The graph of a flow: what is reached, what goes round, how far, and what is certain on the way."""

import random

from flows import program as p
from flows.checker.ways.facts import ADDRESS, CART, LAST, OPEN, facts_of, given
from flows.checker.ways.graph import backwards, components, distance, graph_of, reach
from tests.flows.checker.ruling import subject_of

SHOP = """
flow 1
shop 小店
  languages zh
  channels sms, voice
catalog
  item 1 price 2.50 stock 5 苹果
"""


def shop(steps: str) -> str:
    return SHOP + steps


def test_components_are_the_circles_of_a_graph() -> None:
    ways = [[1], [2], [0, 3], [4], [], [5]]
    found = sorted(sorted(c) for c in components(ways, frozenset(range(6))))
    assert found == [[0, 1, 2], [3], [4], [5]]


def test_components_agree_with_what_reaches_what_on_any_graph() -> None:
    chance = random.Random(4)
    for _ in range(50):
        size = chance.randint(1, 12)
        ways = [[chance.randrange(size) for _ in range(chance.randint(0, 3))] for _ in range(size)]
        to = [reach([i], ways) for i in range(size)]
        together = {frozenset(j for j in to[i] if i in to[j]) for i in range(size)}
        assert {frozenset(c) for c in components(ways, frozenset(range(size)))} == together


def test_what_is_called_is_given_before_what_calls_it() -> None:
    order = [c[0] for c in components([[1], [2], []], frozenset(range(3)))]
    assert order == [2, 1, 0]


def test_distance_counts_questions_on_the_shortest_way() -> None:
    ways = [[1, 3], [2], [4], [4], []]
    assert distance(0, frozenset({4}), ways, frozenset({1, 2, 3})) == 1
    assert distance(0, frozenset({4}), [[], [], [], [], []], frozenset()) is None


def test_backwards_turns_every_way_round() -> None:
    assert backwards([[1, p.NOWHERE], [0, 1]]) == [[1], [0, 1]]


def test_a_deep_graph_needs_no_deep_stack() -> None:
    ways = [[i + 1] for i in range(50_000)] + [[0]]
    (component,) = components(ways, frozenset(range(50_001)))
    assert len(component) == 50_001


def test_a_way_round_that_counts_comes_to_an_end() -> None:
    counting = shop("""
step start
  set left = 3
  -> again
step again
  say 第{{ left }}次
  set left = left - 1
  if left > 0 -> again
  goodbye
""")
    assert not graph_of(subject_of(counting)).silent_cycles
    endless = counting.replace("  set left = left - 1\n", "")
    assert graph_of(subject_of(endless)).silent_cycles


def test_a_call_is_gone_past_only_where_the_called_step_can_come_back_unasked() -> None:
    asking = shop("""
step start
  call ask_it
  -> start
step ask_it
  ask sure as yesno
  return
""")
    assert not graph_of(subject_of(asking)).silent_cycles
    silent = asking.replace("  ask sure as yesno\n", "  say 好。\n")
    assert len(graph_of(subject_of(silent)).silent_cycles) == 1


def at(text: str, kind: type[p.AnyNode], fact: int) -> list[bool]:
    """Whether a fact is certain at each node of a kind."""
    subject = subject_of(shop(text))
    facts = facts_of(subject)
    return [
        facts.holds(index, fact)
        for index, node in enumerate(subject.program.nodes)
        if isinstance(node, kind)
    ]


def test_what_is_set_on_one_way_alone_is_not_certain() -> None:
    subject = subject_of(
        shop("""
step start
  ask sure as yesno
  if sure
    set gift = 1
  else
    set card = 1
    set gift = 2
  say {{ gift }}
  goodbye
""")
    )
    facts = facts_of(subject)
    (end,) = [i for i, node in enumerate(subject.program.nodes) if isinstance(node, p.Say)]
    assert facts.is_set(end, "gift")
    assert facts.is_set(end, "sure")
    assert not facts.is_set(end, "card")


def test_an_answer_is_not_there_where_the_tries_ran_out() -> None:
    subject = subject_of(
        shop("""
step start
  ask count as number 1..9
    tries 2 then -> bye
  say {{ count }}
  -> bye
step bye
  say 再见。
  goodbye
""")
    )
    facts = facts_of(subject)
    said = [i for i, node in enumerate(subject.program.nodes) if isinstance(node, p.Say)]
    assert [facts.is_set(index, "count") for index in said] == [True, False]


def test_what_held_before_a_call_holds_after_it_whoever_else_calls() -> None:
    assert at(
        """
step start
  ask what as product of catalog
  call greet
  add 1 of what to cart
  call greet
  place order
    when sold out -> bye
    when failed -> bye
  goodbye
step greet
  say 好。
  return
step bye
  call greet
  goodbye
""",
        p.PlaceOrder,
        CART,
    ) == [True]


def test_a_called_step_brings_what_it_sets_on_all_its_ways() -> None:
    text = """
step start
  call where
  say {{ buyer.address }}
  goodbye
step where
  if buyer.has_address
    return
  ask place as address
  set buyer.address = place
  return
"""
    assert at(text, p.Say, ADDRESS) == [True]
    assert at(text.replace("  set buyer.address = place\n", ""), p.Say, ADDRESS) == [False]


def test_anywhere_brings_no_more_than_its_slots_and_its_guard() -> None:
    text = """
anywhere
  8 结账 [if not cart.is_empty] -> pay_now
step start
  ask what as product of catalog
  add 1 of what to cart
  -> pay_now
step pay_now
  say 好。
  goodbye
"""
    assert at(text, p.Say, CART) == [True]
    assert at(text.replace("[if not cart.is_empty]", ""), p.Say, CART) == [False]


def test_conditions_give_facts_on_the_side_where_they_hold() -> None:
    assert given("buyer.has_address") == (ADDRESS, 0)
    assert given("not buyer.has_address") == (0, ADDRESS)
    assert given("shop.is_closed or cart.is_empty") == (0, OPEN | CART)
    assert given("buyer.has_last_order and shop.is_open") == (LAST | OPEN, 0)
    assert given("buyer.has_address == no") == (0, ADDRESS)
    assert given("buyer.has_address != no") == (ADDRESS, 0)
    assert given("a =") == (0, 0)
