"""What every test shares: in CI, Hypothesis draws the same examples each time, and nobody has more files open than systems allow."""

import os
import resource

from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("here", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "here")

OPEN_FILES_MAX = 1_024
"""What most systems allow a process that does not ask for more: a test that needed more would fail there alone."""
_soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
if _soft == resource.RLIM_INFINITY or _soft > OPEN_FILES_MAX:
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES_MAX, _hard))
