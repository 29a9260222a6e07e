"""The alphabets of a text message and what a text costs in them (3GPP TS 23.038)."""
