"""`[platform]`: the chassis and boards that calls are admitted by."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from center.uap.boards import Place
from center.uap.capacity import CHASSIS_MAX, Capacity
from center.uap.chassis import PlatformError
from center.uap.models import ModelError
from commands.models_on_disk import Models
from commands.settings.section import File, Section

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$", examples=["1"])]


class ChassisSection(Section):
    """One chassis. Write `[[platform.chassis]]` once for each."""

    name: Name
    """What we call it."""
    model: Annotated[str, Field(min_length=1, examples=["UAP8100"])]
    """Which it is: UAP2100, UAP3300, UAP8100, or one of your own in `figures`."""
    boards: list[str] = Field(default=[], max_length=64, examples=[["MSU", "GPU"]])
    """Boards by slot, from slot 1; an empty word is an empty slot. They are in service at once."""
    standby: bool = False
    """Whether it takes over from one that fails."""


class PlatformSection(Section):
    """What calls are admitted by. Where this section is left out, the media plane's own limit is all there is."""

    access: Literal["sip", "e1"] = "sip"
    """How calls come: over SIP alone, or over E1 trunks with a media channel beside each."""
    busy_text: bool = True
    """Whether a caller who is refused is texted that all lines are busy, where the seller has a code for texts."""
    sellers: dict[str, Annotated[int, Field(ge=0, le=1_000_000)]] = Field(
        default={}, examples=[{"noodles": 20}]
    )
    """Calls at once that a seller's contract allows, by seller. Who is not named has no limit of its own."""
    figures: Annotated[File | None, Field(examples=["figures"])] = None
    """A folder of model files with your own figures, for most that ship are assumptions. A file stands in the place of the
    model that ships under its name, or is one more. Copy one from `center/uap/models` to begin with."""
    chassis: list[ChassisSection] = Field(default=[], max_length=CHASSIS_MAX)
    """What stands there at the start; `dialcart platform` changes it while calls go on."""

    @model_validator(mode="after")
    def _can_be_built(self) -> PlatformSection:
        try:
            self.capacity()
        except (PlatformError, ModelError) as error:
            raise ValueError(str(error)) from None
        return self

    def capacity(self) -> Capacity:
        """The platform with all its boards in service. Raises PlatformError, ModelError."""
        capacity = Capacity(self.sellers)
        models = Models(self.figures)
        for section in self.chassis:
            of = models.model(section.model)
            capacity.add_chassis(section.name, of, standby=section.standby)
            for slot, kind in enumerate(section.boards, 1):
                if kind:
                    capacity.insert(Place(section.name, slot), kind, 0.0)
        while (due := capacity.timer()) is not None:
            capacity.advance(due)
        return capacity
