"""For operators: /metrics, /health and /ready, on a port of their own."""
