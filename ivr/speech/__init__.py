"""Speech: what a flow says as audio, and what a caller says as words."""
