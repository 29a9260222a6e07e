"""Section of telephone numbers: what is meant by those that bear no country code."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from center.numbering import CHINA, Numbering
from commands.settings.section import Section


class NumbersSection(Section):
    """How carriers and trunks write telephone numbers, so that who phones and who texts is one buyer."""

    country: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,2}$", examples=["254"])] = CHINA
    """Country code of numbers that come without one."""
    trunk_prefix: Annotated[str, Field(pattern=r"^[0-9]{0,3}$")] = "0"
    """Dialled before a national number and no part of it: 8 in Russia, 1 in North America; empty where there is none."""
    abroad: Annotated[str, Field(pattern=r"^[0-9]{1,5}$")] = "00"
    """Dialled before a country code: 011 in North America."""
    national_digits: Annotated[int, Field(ge=4, le=14)] = 10
    """Digits that a national number has without its prefix. One with more bears its country code already."""

    def numbering(self) -> Numbering:
        """The value that channels take."""
        return Numbering(self.country, self.trunk_prefix, self.abroad, self.national_digits)
