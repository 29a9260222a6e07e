"""Where PJSUA2 calls us. Its wheels end at Python 3.12: what is skipped by the version hides no missing install."""

import sys

import pytest

needs_pjsua2 = pytest.mark.skipif(
    sys.version_info >= (3, 13),
    reason="pjsua2-python has no wheel for this Python; it calls us on 3.11 and 3.12",
)
