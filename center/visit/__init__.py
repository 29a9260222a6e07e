"""One arrival on its way through its flow, and what becomes of the effects on the way."""
