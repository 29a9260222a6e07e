"""SMPP 3.4 without I/O: bytes in, PDUs and events out."""
