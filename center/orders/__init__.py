"""Orders: what is bought, how it moves from placed to delivered, what is left in stock."""
