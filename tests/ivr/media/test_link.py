"""Commands wait for a plane, as many as there is room for."""

import pytest

from ivr.media.link import COMMANDS_WAITING_MAX, Link, PlaneBehindError
from ivr.media.memory import COMMAND_BYTES, COMMANDS_PER_CALL
from ivr.media.messages import Close, Play, Report, decode_command
from ivr.media.ring import Ring
from ivr.media.settings import Settings
from tests.ivr.media.test_client import free_ports

CALLS = 10


@pytest.fixture
def link():
    made = Link(Settings(calls=CALLS, port=free_ports(CALLS), prompts_s=1))
    made.planes.stop()
    yield made
    made.close()


def test_a_plane_that_does_not_run_is_told_of_before_a_command_is_lost(link: Link) -> None:
    slots = CALLS * COMMANDS_PER_CALL
    for _ in range(slots):
        link.command(Play(1, 1, (), False, False))
    with pytest.raises(PlaneBehindError):
        link.command(Play(1, 1, (), False, False))
    for _ in range(COMMANDS_WAITING_MAX * slots):
        link.command(Report(1))
    with pytest.raises(PlaneBehindError):
        link.command(Report(1))
    assert link.ready == 0


def test_what_ends_a_call_waits_in_order_until_a_plane_runs(link: Link) -> None:
    slots = CALLS * COMMANDS_PER_CALL
    given = [Report(number) for number in range(slots)]
    for command in given:
        link.command(command)
    link.command(Close(7))
    link.command(Close(8))
    plane = Ring(link.memory.commands, COMMAND_BYTES)
    plane.advance()
    with pytest.raises(PlaneBehindError):
        # There is room, and what came before it goes first.
        link.command(Play(1, 1, (), False, False))
    taken = []
    for _ in range(2):
        while (message := plane.peek()) is not None:
            taken.append(decode_command(message))
            plane.advance()
        link.command(Report(slots))
    assert taken == [*given[1:], Close(7), Close(8), Report(slots)]
