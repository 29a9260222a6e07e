"""Whose turn it is: each in turn, those without any left are passed over, and who has some again is back."""

from collections import Counter

from center.uap.resources import NOTHING, SIP
from center.uap.rota import Rota


class Giver:
    def __init__(self, units):
        self.free = [units] * len(NOTHING)
        self.listed = [False] * len(NOTHING)


def test_each_gives_in_turn_and_who_has_none_left_is_passed_over():
    rota, few, many = Rota(), Giver(2), Giver(5)
    for giver in (few, many):
        rota.put_in(giver)
    given = []
    while few.free[SIP] or many.free[SIP]:
        giver = rota.next(SIP)
        giver.free[SIP] -= 1
        given.append(giver)
    assert given[:4] == [few, many, few, many]
    assert Counter(given) == {few: 2, many: 5}


def test_who_has_some_again_is_listed_once_and_who_leaves_gives_nothing():
    rota, one, other = Rota(), Giver(1), Giver(9)
    for giver in (one, other, one):
        rota.put_in(giver)
    assert [rota.next(SIP) for _ in range(3)] == [one, other, one]
    one.free[SIP] = 0
    assert rota.next(SIP) is rota.next(SIP) is other
    one.free[SIP] = 1
    rota.put_back(one, SIP)
    assert {rota.next(SIP), rota.next(SIP)} == {one, other}
    rota.take_out(other)
    assert rota.next(SIP) is rota.next(SIP) is one
    assert not any(other.listed)
