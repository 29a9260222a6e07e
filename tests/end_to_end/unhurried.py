"""`dialcart` that takes calls however late its timers come: a machine may be busy with other tests.

A shop whose loop falls behind refuses whoever calls for a second, which ivr.signalling tells and tests/ivr/signalling holds; here it would
come between what a test looks at.
"""

import sys

from ivr.signalling import endpoint

endpoint.LATE_S = 3_600.0


def main() -> None:
    """`python -m tests.end_to_end.unhurried serve ...`."""
    from cli import main as dialcart

    dialcart()


if __name__ == "__main__":
    sys.exit(main())
