"""What connected agents cost: a server with its real pages, and as many desks as agents, each on a WebSocket of its own."""
