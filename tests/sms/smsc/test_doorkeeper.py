"""Wrong passwords close the door for a while, also to the right one."""

from sms.smsc.doorkeeper import WINDOW_S, WRONG_BINDS_MAX, Doorkeeper


def test_the_door_is_open_until_too_many_were_wrong() -> None:
    door = Doorkeeper()
    for _ in range(WRONG_BINDS_MAX):
        assert door.lets_in("a", 0.0)
        door.wrong("a", 0.0)
    assert not door.lets_in("a", 1.0)
    assert door.lets_in("b", 1.0)
    assert door.lets_in("a", 2.0 * WINDOW_S)
