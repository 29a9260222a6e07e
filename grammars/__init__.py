"""What is read: grammars of words and numbers, in SRGS 1.0 and in our own tables."""
