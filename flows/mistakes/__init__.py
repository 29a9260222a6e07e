"""Mistakes in flow files: for each a message, what to write instead, and the line put right to read on."""
