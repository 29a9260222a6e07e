"""The models that ship, and files that are none."""

from importlib import resources

import pytest

from center.uap.models import MODELS, ModelError, model, read_model

TEXT = (resources.files("center.uap") / "models" / "uap2100.toml").read_text("utf-8")


@pytest.mark.parametrize("name", MODELS)
def test_every_number_of_a_model_is_sourced_or_assumed_with_a_range(name):
    found = model(name)
    assert found.name == name
    figures = dict(found.figures())
    assert len(figures) > 20
    for figure in figures.values():
        assert bool(figure.source) != bool(figure.assumed)
        assert figure.low <= figure.value <= figure.high
    assert figures["bearers"].source


@pytest.mark.parametrize("name", MODELS)
def test_a_full_chassis_can_be_fed(name):
    found = model(name)
    fixed = sum(found.boards[kind].watts.value * count for kind, count in found.fixed.items())
    heaviest = max(found.boards[k].watts.value for k in ("CIU", "MSU", "SRU", "GPU"))
    assert fixed + heaviest * found.open_slots <= found.chassis.watts_max.value


def test_the_models_grow():
    sizes = [model(name).open_slots * model(name).boards["MSU"].units[1] for name in MODELS]
    assert sizes == sorted(sizes)
    assert sizes[0] * 3 < sizes[-1]


@pytest.mark.parametrize(
    ("written", "instead", "told"),
    [
        ("SMU = 1", "XXX = 1", "write a board of this file"),
        ("SMU = 1", "SMU = 9", "slots may be 5 to 10, of which the fixed boards take 11: write 12"),
        ("SMU = 1", "SMU = 3", "fixed boards take 5: write 6 to 64"),
        (
            "sip = { value = 480, low = 240",
            "sip = { value = 480, low = 0",
            "MSU sip may be 0: write",
        ),
        ("sip =", "zip =", "`zip` is no resource; write one of e1, sip"),
        ("watts_max", "wats_max", "unknown field `wats_max`"),
        ("low = 5, ", "", "write low and high"),
        ("[chassis]", "[chassis", "line"),
    ],
)
def test_a_file_that_is_none_is_told_where_and_what_to_write(written, instead, told):
    with pytest.raises(ModelError, match=told):
        read_model(TEXT.replace(written, instead, 1))


def test_a_model_that_there_is_not_is_told_which_there_are():
    with pytest.raises(ModelError, match="`UAP9`; write one of UAP2100"):
        model("UAP9")
