"""What a flow says: the language from source to a running session."""
