"""Columns in shared memory: their types are those of their hints, whichever numpy wrote these."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ivr.media.memory import element_of


@pytest.mark.parametrize(
    "hint",
    [
        NDArray[np.uint16],
        np.ndarray[tuple[Any, ...], np.dtype[np.uint16]],
        # numpy 2.5 writes NDArray as a name with one argument; so is this.
        list[np.uint16],
    ],
    ids=["of_this_numpy", "shape_and_dtype", "a_named_alias"],
)
def test_an_element_is_read_off_what_any_numpy_writes(hint: object) -> None:
    assert element_of(hint) is np.uint16
