"""Every rule, a file a kind; importing the package registers them all."""

import pkgutil
from importlib import import_module

from flows.checker.rule import RULES

for _, _name, _ in sorted(pkgutil.iter_modules(__path__), key=lambda found: found.name):
    import_module(f"{__name__}.{_name}")

# Registered a file at a time, kept in the order of the codes.
_sorted = sorted(RULES.items())
RULES.clear()
RULES.update(_sorted)

__all__ = ["RULES"]
