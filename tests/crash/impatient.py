"""`dialcart` that calls back after a second, and again after three: a harness has no ten minutes to wait."""

import sys

from center import call_backs

FIRST_AFTER_S = 1
AGAIN_AFTER_S = 3


def main() -> None:
    """`python -m tests.crash.impatient serve ...`."""
    call_backs.FIRST_AFTER_S = FIRST_AFTER_S
    call_backs.AGAIN_AFTER_S = AGAIN_AFTER_S
    from cli import main as dialcart

    dialcart()


if __name__ == "__main__":
    sys.exit(main())
