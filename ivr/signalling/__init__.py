"""SIP at the edge: sockets, limits per source, and the endpoint that the voice channel talks to."""
