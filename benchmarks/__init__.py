"""What things cost, each figure beside a peer's or a floor from the same run."""

import os

# As in the plane and the recognisers: a second thread of numpy's spins while it waits, and would be counted.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
