"""Partners: order systems and other services that flows ask."""
