"""Limits: how much a sender, a range of numbers or a seller may do, and when an order must be confirmed first."""
