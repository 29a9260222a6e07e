"""What is kept: orders, stock, sessions and the outbox in one database."""
