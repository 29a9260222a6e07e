"""Who waits for a person and which person is asked: agents, queues, the router and what theory forecasts of them."""
