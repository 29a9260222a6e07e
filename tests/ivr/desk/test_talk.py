"""Who hears whom."""

from ivr.desk.talk import Parties

BUYER, AGENT, OTHER, BOSS = 1, 2, 3, 4


def test_buyer_and_agent_hear_one_another():
    assert Parties(BUYER, [AGENT]).heard() == {BUYER: (AGENT,), AGENT: (BUYER,)}


def test_on_hold_nobody_hears_the_buyer_and_the_buyer_hears_nobody():
    assert Parties(BUYER, [AGENT, OTHER], is_held=True).heard() == {
        BUYER: (),
        AGENT: (OTHER,),
        OTHER: (AGENT,),
    }


def test_in_a_conference_everybody_hears_the_others():
    assert Parties(BUYER, [AGENT, OTHER]).heard() == {
        BUYER: (AGENT, OTHER),
        AGENT: (BUYER, OTHER),
        OTHER: (BUYER, AGENT),
    }


def test_a_monitor_hears_both_and_is_heard_by_none():
    assert Parties(BUYER, [AGENT], {BOSS: "monitor"}).heard() == {
        BUYER: (AGENT,),
        AGENT: (BUYER,),
        BOSS: (BUYER, AGENT),
    }


def test_a_whisper_is_heard_by_the_agent_alone():
    heard = Parties(BUYER, [AGENT], {BOSS: "whisper"}).heard()

    assert heard[BUYER] == (AGENT,)
    assert heard[AGENT] == (BUYER, BOSS)


def test_who_barges_in_is_heard_by_both():
    heard = Parties(BUYER, [AGENT], {BOSS: "barge-in"}).heard()

    assert heard[BUYER] == (AGENT, BOSS)
    assert heard[AGENT] == (BUYER, BOSS)
