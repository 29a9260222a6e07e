"""What agents do for buyers: who sits at which desk, what a desk shows, and deeds done in the buyer's own session."""
