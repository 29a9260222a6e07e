"""`[[language]]`: what the platform says by itself, in a language that it does not have or in other words."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from commands.settings.section import Section
from flows import prompts


class LanguageSection(Section):
    """The platform's own texts in one language: for shops that declare one which it does not speak (it has English and Chinese, and says
    the first to all others), or in other words. Write `[[language]]` once for each; `dialcart config texts` prints a table to
    fill in. What a flow words itself it says as ever."""

    name: Annotated[str, Field(pattern="^[a-z]{2,3}$", examples=["sw"])]
    """As flows declare it: `languages sw, en`."""
    texts: Annotated[
        dict[str, str],
        Field(min_length=1, examples=[{"slow_down": "Ujumbe ni mwingi mno. Jaribu tena baadaye."}]),
    ]
    """By name; what stands in braces is filled in, and has to be there. What is left out is said as before."""

    @field_validator("texts")
    @classmethod
    def _can_be_said(cls, texts: dict[str, str]) -> dict[str, str]:
        for name, text in texts.items():
            if told := prompts.wrong_with(name, text):
                raise ValueError(told)
        return texts
