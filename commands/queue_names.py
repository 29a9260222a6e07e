"""What a settings file says of queues, held against a flow and the people that it is for."""

from __future__ import annotations

from collections.abc import Iterator

from center.acd.agent import Skill
from center.acd.recipe import Widen
from center.desk.queue_names import QueueNames
from commands.kept_files import people_file
from commands.settings.queues import queues_of
from commands.settings.schema import Config
from flows.program import Program
from store.people import People


def missing_in(config: Config, seller: str, program: Program) -> Iterator[str]:
    """What it names and this flow has not, where that is for its buyers."""
    names = QueueNames(queues_of(config.queue))
    names.add(seller, program)
    yield from names.missing()


def unskilled(config: Config) -> Iterator[str]:
    """Skills that are asked for and that nobody has so well, if anybody works here yet."""
    file = people_file(config.store.database)
    if not config.queue or not file.exists():
        return
    people = People(file)
    levels: dict[str, int] = {}
    for person in people.people():
        for name, level in person.agent.skills:
            levels[name] = max(level, levels.get(name, 0))
    people.close()
    for name, queue in queues_of(config.queue).settings.items():
        asked: list[tuple[Skill, ...]] = [queue.requires]
        asked += [s.action.requires for s in queue.recipe if isinstance(s.action, Widen)]
        for skill, level in dict.fromkeys(one for requires in asked for one in requires):
            if levels.get(skill, 0) < level:
                best = f"at most {levels[skill]}" if skill in levels else "nobody has it at all"
                yield (
                    f"[[queue]] {name} asks for {skill}={level}: {best};"
                    f" `dialcart people add NAME --skill {skill}={level}` enters who has it"
                )
