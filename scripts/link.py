"""Makes the checkout importable in the environment that runs this, without network or build tools.

A .pth file names the checkout and a console script starts `cli.main`: what an editable install
comes to, less the build back end it would have to fetch.
"""

import sys
import sysconfig
from pathlib import Path

SCRIPT = """\
#!/bin/sh
'''exec' "{python}" "$0" "$@"
' '''
# The two lines above start Python from any path: a #! line allows no spaces and 127 characters.
import sys

from cli import main

# Processes that ours starts (multiprocessing, spawn) run this file again under another name.
if __name__ == "__main__":
    sys.exit(main())
"""


def link(root: Path) -> None:
    """Write the .pth file and the `dialcart` script."""
    packages = Path(sysconfig.get_path("purelib"))
    (packages / "dialcart.pth").write_text(f"{root}\n", encoding="utf-8")
    script = Path(sysconfig.get_path("scripts")) / "dialcart"
    script.write_text(SCRIPT.format(python=sys.executable), encoding="utf-8")
    script.chmod(0o755)


if __name__ == "__main__":
    link(Path(sys.argv[1]).resolve())
