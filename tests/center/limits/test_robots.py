"""A machine that answers ours is told from a person."""

from center.limits.robots import CHARACTERS_MIN, QUIET_S, REPEATS_MAX, SENDERS_MAX, Robots

AWAY = "I am away until Monday. This is an automatic reply."


def test_the_same_sentence_again_and_again_is_a_robots() -> None:
    robots = Robots()
    told = [robots.is_robot("shop", "1", AWAY, n) for n in range(REPEATS_MAX + 2)]
    assert told == [False] * REPEATS_MAX + [True] * 2
    assert not robots.is_robot("shop", "2", AWAY, 9)


def test_something_else_between_breaks_the_row() -> None:
    robots = Robots()
    for now in range(REPEATS_MAX):
        robots.is_robot("shop", "1", AWAY, now)
    assert not robots.is_robot("shop", "1", "1", 9)
    assert not robots.is_robot("shop", "1", AWAY, 10)


def test_after_a_while_the_row_is_forgotten() -> None:
    robots = Robots()
    for now in range(REPEATS_MAX + 1):
        robots.is_robot("shop", "1", AWAY, now)
    assert robots.is_robot("shop", "1", AWAY, REPEATS_MAX + QUIET_S)
    assert not robots.is_robot("shop", "1", AWAY, REPEATS_MAX + 2 * QUIET_S + 1)


def test_a_person_may_say_two_as_often_as_they_like() -> None:
    robots = Robots()
    short = "2" * (CHARACTERS_MIN - 1)
    assert not any(robots.is_robot("shop", "1", short, n) for n in range(100))


def test_memory_is_bounded() -> None:
    robots = Robots()
    for number in range(SENDERS_MAX + 5):
        robots.is_robot("shop", str(number), AWAY, 0)
    assert len(robots._said) == SENDERS_MAX  # noqa: SLF001
