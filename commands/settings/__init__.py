"""Settings: the one TOML file that tells `dialcart serve` what to do, its schema, and what is wrong with it."""
