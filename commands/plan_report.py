"""The plan in words and tables for people, in English or Chinese."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from center.uap.door import RETRY_FULL_S
from center.uap.plan import Plan
from center.uap.resources import RESOURCES, named
from center.uap.sensitivity import MOVES
from center.uap.sizing import Option, idle_of_conference, idle_of_seat
from commands.plan_words import Language, Words, boards, name, words
from commands.tables import table

if TYPE_CHECKING:
    from commands.plan_check import Held, Said

MINUTES_A_YEAR = 525_600
SWINGS_SHOWN_MAX = 12


class Report:
    """One plan in one language."""

    def __init__(self, plan: Plan, language: Language = "en") -> None:
        self.plan = plan
        self.language: Language = language
        self.word: Words = words(language)

    def text(self, held: Sequence[Held] = ()) -> str:
        """All of it, and what simulation says of it if it was asked."""
        word, traffic, best = self.word, self.plan.traffic, self.plan.options[0]
        about = {"model": best.platform.model.name}
        parts = [
            word(
                "{sellers:,} sellers, {agents:,} agents of whom {present:,} are at work, {calls:,.0f} calls in the busy hour ({calls_s:,.0f} a second)",
                sellers=traffic.sellers,
                agents=traffic.agents,
                present=traffic.present,
                calls=traffic.calls_an_hour,
                calls_s=traffic.calls_s,
            ),
            "",
            *self._people(),
            "",
            word("PLATFORM: the fewest boards, one spare of each kind, and a standby chassis"),
            table(
                [
                    (
                        *map(word, ("model", "chassis", "boards", "kW", "refused")),
                        word("million yuan"),
                        word("range"),
                    ),
                    *map(self._option, self.plan.options),
                ]
            ),
            boards(word, {kind for one in self.plan.options for kind in one.platform.boards}),
            "",
            word("{model}, what there is of each:", **about),
            table(
                [
                    ("", *map(word, ("erlangs held", "units", "used", "refused", "by"))),
                    *self._resources(best),
                ]
            ),
            word(
                "Seats and conferences: few ask, so Engset's formula, by its convention of traffic of an idle source: who has one for a share p of the time offers p / (1 - p) erlangs while without one ({seat:.3g} for a seat, {third:.3g} for a supervisor). What is told is call congestion, met by who asks, and not time congestion.",
                seat=idle_of_seat(traffic),
                third=idle_of_conference(traffic),
            ),
            "",
            word("{model}, if something fails:", **about),
            *self._failures(best),
            "",
            word(
                "Refused calls hear SIP 503 with Retry-After {retry} (486 where it is the seller's own lines) and, where the seller has a code for texts, read that all lines are busy. Of {calls:,.0f} calls {refused:,.0f} may be.",
                retry=RETRY_FULL_S,
                calls=traffic.calls_an_hour,
                refused=traffic.calls_an_hour * traffic.blocked_max,
            ),
            "",
            *self._how_sure(best),
        ]
        if held:
            parts += ["", *self._held(held)]
        return "\n".join(parts)

    def _people(self) -> Iterator[str]:
        word, traffic, groups = self.word, self.plan.traffic, self.plan.groups
        saved = groups[0].needed - groups[1].needed
        yield word(
            "PEOPLE: {erlangs:,.0f} erlangs; Erlang A with a patience of {patience:g} s, beside it Erlang C, by which nobody ever hangs up",
            erlangs=traffic.people_erlangs,
            patience=traffic.patience_s,
        )
        heads = ("mean wait", "hang up", "occupied", "needed at work", "by Erlang C")
        yield table(
            [
                (
                    word("agents grouped"),
                    word("groups"),
                    word("in {within:g} s", within=traffic.within_s),
                    *map(word, heads),
                ),
                *(
                    (
                        word(one.name),
                        f"{one.groups:,}",
                        f"{one.answered_within:.1%}",
                        word("{s:.1f} s", s=one.waiting.mean_wait_s),
                        f"{one.waiting.abandon_probability:.1%}",
                        f"{one.waiting.occupancy:.1%}",
                        f"{one.needed:,}",
                        f"{one.needed_if_all_stay:,}",
                    )
                    for one in groups
                ),
            ]
        )
        yield word(
            "Needed: to answer {level:.0%} in {within:g} s with at most {abandoned:.0%} hanging up; by Erlang C the first alone. Pools save {saved:,} agents at work, {share:.0%}.",
            level=traffic.level,
            within=traffic.within_s,
            abandoned=traffic.abandoned_max,
            saved=saved,
            share=saved / max(1, groups[0].needed),
        )

    def _option(self, option: Option) -> tuple[str, ...]:
        platform = option.platform
        low, value, high = platform.cost()
        return (
            platform.model.name,
            f"{platform.chassis} + 1",
            ", ".join(f"{count} {kind}" for kind, count in platform.boards.items()),
            f"{platform.watts() / 1000:.1f}",
            percent(option.blocking.worst),
            f"{value / 1e6:.1f}",
            self.word("{low} to {high}", low=f"{low / 1e6:.1f}", high=f"{high / 1e6:.1f}"),
        )

    def _resources(self, option: Option) -> Iterator[tuple[str, ...]]:
        units, traffic = named(option.platform.units), self.plan.traffic
        for resource in RESOURCES:
            erlangs = option.blocking.offered.get(resource, 0.0)
            refused = option.blocking.of_resource.get(resource)
            by = "Erlang B"
            if resource == "caps":
                erlangs, by = traffic.calls_s, "M/M/1/K, at most"
            elif resource == "seats":
                erlangs, refused = float(traffic.present), option.seats_blocked
                by = "Engset, call congestion"
            elif resource == "conference":
                erlangs, refused = traffic.listening * traffic.present, option.conference_blocked
                by = "Engset, call congestion"
            elif erlangs and refused is None:
                by = "never short before another"
            if erlangs:
                used = erlangs / units[resource] if resource in units else 1.0
                yield (
                    name(self.language, resource),
                    f"{erlangs:,.0f}",
                    f"{units.get(resource, 0):,.0f}",
                    f"{used:.0%}",
                    "" if refused is None else percent(refused),
                    self.word(by),
                )

    def _failures(self, best: Option) -> Iterator[str]:
        word, of = self.word, best.platform.model.chassis
        heads = ("refused meanwhile", "calls cut off", "seats lost")
        yield table(
            [
                ("", *map(word, heads)),
                *(
                    (
                        word(one.what, board=one.board),
                        percent(one.blocked),
                        f"{one.calls_lost:,.0f}",
                        f"{one.seats_lost:,.0f}",
                    )
                    for one in best.what_if
                ),
            ]
        )
        yield word(
            "A standby takes over in {s:g} s (assumed, {low:g} to {high:g}). More chassis are down than it makes good for {minutes:.2g} minutes a year, if each is up {up:.3%} of the time (assumed, {up_low:.3%} to {up_high:.3%}).",
            s=of.take_over_s.value,
            low=of.take_over_s.low,
            high=of.take_over_s.high,
            minutes=best.platform.down * MINUTES_A_YEAR,
            up=of.availability.value,
            up_low=of.availability.low,
            up_high=of.availability.high,
        )

    def _how_sure(self, best: Option) -> Iterator[str]:
        word, moves, of = self.word, self.plan.sensitivity, best.platform.model
        figures = list(of.figures())
        yield word(
            "HOW SURE: {assumed} of the {all} numbers of {model} are assumed; one at a time at the ends of its range, the platform sized anew",
            assumed=sum(bool(figure.assumed) for _, figure in figures),
            all=len(figures),
            model=of.name,
        )
        yield table(
            [
                (
                    "",
                    word("range"),
                    word("assumed"),
                    word("million yuan at the low end"),
                    word("at the high end"),
                ),
                *(
                    (
                        name(self.language, swing.name),
                        word(
                            "{low} to {high}",
                            low=f"{swing.figure.low:,g}",
                            high=f"{swing.figure.high:,g}",
                        ),
                        f"{swing.figure.value:,g}",
                        *(f"{cost / 1e6:.1f}" for cost in swing.cost()),
                    )
                    for swing in moves.swings[:SWINGS_SHOWN_MAX]
                ),
            ]
        )
        yield word(
            "All that move it by more than {share:.1%}, at the ends that help: {best:.1f} million yuan in {best_chassis} + 1 chassis; at those that hurt: {worst:.1f} in {worst_chassis} + 1; as assumed: {cost:.1f} in {cost_chassis} + 1.",
            share=MOVES,
            best=moves.best.cost()[1] / 1e6,
            best_chassis=moves.best.chassis,
            worst=moves.worst.cost()[1] / 1e6,
            worst_chassis=moves.worst.chassis,
            cost=best.platform.cost()[1] / 1e6,
            cost_chassis=best.platform.chassis,
        )
        yield word(
            "These move it by less than {share:.1%}: {names}. The traffic is assumed too unless you gave it; your own figures go into files, see --figures.",
            share=MOVES,
            names=word(", ").join(name(self.language, one) for one in moves.still),
        )

    def _held(self, held: Sequence[Held]) -> Iterator[str]:
        from commands.plan_check import RARE, SETTLED, WITHIN

        word = self.word
        yield word(
            "HELD AGAINST SIMULATION: the real platform and router, with so few units and agents that they refuse"
        )
        yield table(
            [
                (word("on"), "", *map(word, ("theory", "simulated (95 %)", "apart"))),
                *(
                    (
                        self._said(one.where),
                        self._said(one.what),
                        _measure(one.theory, is_share=one.is_share),
                        " ± ".join(
                            _measure(value, is_share=one.is_share)
                            for value in (one.simulated.mean, one.simulated.half)
                        ),
                        self._verdict(one),
                    )
                    for one in held
                ),
            ]
        )
        count = Counter(one.verdict for one in held)
        yield word(
            "{within} of {all} figures lie within {most:.0%} of simulation, each known to {settled:.0%}; {rare} are too rare: of all that was simulated they befall fewer than {events:,}, and so few cannot be counted that closely; {unsettled} unsettled, {apart} apart.",
            within=count["within"],
            all=len(held),
            most=WITHIN,
            settled=SETTLED,
            rare=count["too rare"],
            events=RARE,
            unsettled=count["unsettled"],
            apart=count["apart"],
        )

    def _verdict(self, one: Held) -> str:
        match one.verdict:
            case "within":
                return f"{one.apart:.1%}"
            case "apart":
                return self.word("apart: {share:.1%}", share=one.apart)
            case other:
                return self.word(other)

    def _said(self, said: Said) -> str:
        values = dict(said.values)
        if "group" in values:
            values["group"] = self.word(str(values["group"]))
        for what in ("what", "stream"):
            if what in values:
                values[what] = name(self.language, str(values[what]))
        if "resources" in values:
            names = str(values["resources"]).split(", ")
            values["resources"] = self.word(", ").join(name(self.language, one) for one in names)
        return self.word(said.english, **values)


def _measure(value: float, *, is_share: bool) -> str:
    return f"{value * 100:.3g} %" if is_share else f"{value:.3g} s"


def percent(share: float) -> str:
    """A share, or that it is next to none."""
    return "< 0.001 %" if share < 1e-5 else f"{share * 100:.3f} %"
