"""The voice channel: calls, whatever line they come by, put through to the turn batch; what flows say, said."""
