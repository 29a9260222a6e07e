"""All steps, in order, and the schema that the last leads to.

Whoever changes store/schema.sql adds a file with a step, names it here, and puts the new layout beside the older ones in
tests/store/migrations, from which every step is tried.
"""

from __future__ import annotations

from store.migrations import schema_4, schema_5, schema_6, schema_7, schema_8
from store.migrations.step import Step

STEPS: tuple[Step, ...] = (
    schema_4.STEP,
    schema_5.STEP,
    schema_6.STEP,
    schema_7.STEP,
    schema_8.STEP,
)
OLDEST = STEPS[0].schema - 1
"""The oldest schema that can be brought forward."""
SCHEMA_VERSION = STEPS[-1].schema
"""Of the layout in store/schema.sql."""
