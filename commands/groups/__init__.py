"""Commands that go by two words, as the command line declares them: what each does is imported when it is called."""
