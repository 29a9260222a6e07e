"""The crash harness: a real `dialcart serve` is killed under load, again and again, and then the books are checked.

`python -m tests.crash --kills 200` is the form of scripts/nightly; tests/crash/test_crash.py a short one.
"""
