"""How well callers are understood, and what it costs."""
