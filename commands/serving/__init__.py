"""What `dialcart serve` runs: the business, and the services that open it to buyers, agents and operators."""
