"""What the platform holds and whom it lets in: models as data, boards in their states, chassis, and admission at the door."""
