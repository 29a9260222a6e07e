"""An SMSC to try sellers' flows with: ESMEs bind to it, simulated phones write and read."""
