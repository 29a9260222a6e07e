"""The one place that wires edges to the core."""


def main() -> None:
    """Run the command line."""
