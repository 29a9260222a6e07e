"""The agent's desk: a page for a person who serves buyers, and one for who leads them."""
