"""Figures of several processes are told as those of one."""

from center.measure import Histogram, Measure, counter, gauge, merged


def test_figures_of_one_name_are_summed_by_their_labels() -> None:
    def binds(**up: float) -> Measure:
        return Measure(
            "dialcart_binds", "gauge", "", ("carrier",), [((k,), v) for k, v in up.items()]
        )

    told = merged([[counter("a", "", 2), binds(x=1.0)], [counter("a", "", 3), binds(x=1.0, y=2.0)]])
    assert [one.samples for one in told if isinstance(one, Measure)] == [
        [((), 5)],
        [(("x",), 2.0), (("y",), 2.0)],
    ]


def test_of_ages_the_greatest_is_told() -> None:
    [age] = merged([[gauge("outbox_age_seconds", "", 9)], [gauge("outbox_age_seconds", "", 4)]])
    assert isinstance(age, Measure)
    assert age.samples == [((), 9)]


def test_histograms_are_summed_by_their_bounds() -> None:
    one, other = Histogram((1, 2)), Histogram((1, 2))
    for histogram, size in ((one, 1), (one, 5), (other, 2)):
        histogram.observe(size)
    assert merged([[one.spread("s", "")], [other.spread("s", "")]]) == [
        Histogram((1, 2)).spread("s", "").__class__("s", "", (1, 2), (1, 1, 1), 8.0)
    ]
