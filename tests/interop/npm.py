"""What runs an SMSC made of npm's `smpp`: Node.js and the packages, which scripts/test sees to."""

import os
import shutil
from pathlib import Path

HERE = Path(__file__).parent
MODULES = Path(os.environ.get("NODE_MODULES", HERE.parent.parent / ".tools" / "node_modules"))
ENVIRONMENT = {**os.environ, "NODE_MODULES": str(MODULES)}


def words(script: str, *arguments: str) -> tuple[str, ...]:
    """The command that runs a script of this folder."""
    node = shutil.which("node")
    assert node, "node is not on the PATH; scripts/test installs it"
    assert (MODULES / "smpp").is_dir(), f"npm's smpp is not in {MODULES}; scripts/test installs it"
    return node, str(HERE / script), *arguments
