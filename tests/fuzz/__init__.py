"""Fuzz targets: a short run of each is in the suite, a long one is a command."""
