"""Agents on calls: their softphones as legs of the media plane, and who hears whom."""
