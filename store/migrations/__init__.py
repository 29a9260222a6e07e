"""Databases of older schemas, brought to the one that this program reads."""
