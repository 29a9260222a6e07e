"""Commands wait for a plane, as many as there is room for."""

import pytest

from ivr.media.link import Link, PlaneBehindError
from ivr.media.memory import COMMANDS_PER_CALL
from ivr.media.messages import Report
from ivr.media.settings import Settings
from tests.ivr.media.test_client import free_ports

CALLS = 10


def test_a_plane_that_does_not_run_is_told_of_before_a_command_is_lost() -> None:
    link = Link(Settings(calls=CALLS, port=free_ports(CALLS), prompts_s=1))
    try:
        link.planes.stop()
        for _ in range(CALLS * COMMANDS_PER_CALL):
            link.command(Report(1))
        with pytest.raises(PlaneBehindError):
            link.command(Report(1))
        assert link.ready == 0
    finally:
        link.close()
