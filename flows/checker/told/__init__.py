"""What buyers are told: the texts of each turn filled in, as messages and at what cost."""
