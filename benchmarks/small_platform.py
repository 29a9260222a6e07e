"""A platform small enough to be filled, by a test or a benchmark: a model with a few ports a board, and its settings."""

import re
from importlib import resources
from pathlib import Path

_SHIPPED = (resources.files("center.uap") / "models" / "uap2100.toml").read_text("utf-8")
_MODEL = '"UAP2100"'
_OURS = {
    "ports": ("sip", "ivr", "dtmf", "record"),
    "caps": ("caps",),
    "conferences": ("conference",),
    "seats": ("seats",),
    "self_test_s": ("self_test_s",),
    "take_over_s": ("take_over_s",),
}


def small_model(folder: Path, **numbers: float) -> Path:
    """A folder of figures with the model `Small`: the UAP2100 with these numbers in place of what is assumed of it."""
    text = _SHIPPED.replace(_MODEL, '"Small"')
    for name, number in numbers.items():
        for figure in _OURS[name]:
            text, found = re.subn(
                rf"^{figure} = {{.*}}$",
                f'{figure} = {{ value = {number}, source = "as small as it is wanted" }}',
                text,
                flags=re.MULTILINE,
            )
            assert found == 1
    figures = folder / "figures"
    figures.mkdir()
    (figures / "small.toml").write_text(text, "utf-8")
    return figures


def small_platform(figures: Path, *more: str, standby: bool = False) -> str:
    """Settings of a platform with one chassis of the model `Small`, with these lines more; `standby`: and one that waits."""
    chassis = '[[platform.chassis]]\nname = "{}"\nmodel = "Small"\nboards = ["MSU", "GPU"]\n'
    head = "".join(f"{line}\n" for line in ("[platform]", f'figures = "{figures}"', *more))
    waits = chassis.format(2) + "standby = true\n" if standby else ""
    return head + chassis.format(1) + waits
