"""A page of figures as Prometheus reads it."""

from prometheus_client.parser import text_string_to_metric_families


def families_of(page: str) -> list[str]:
    """Names of what is told; fails where a family or a sample comes twice, or does not say what it is."""
    families = list(text_string_to_metric_families(page))
    samples = [(one.name, *sorted(one.labels.items())) for f in families for one in f.samples]
    names = [family.name for family in families]
    assert len(names) == len(set(names))
    assert len(samples) == len(set(samples))
    assert all(family.documentation and family.type != "unknown" for family in families)
    return names
