"""Audio as it travels, for all calls at once: RTP packets, keys pressed, G.711. No input or output."""
