"""The media plane: the audio of every call, as one matrix, in a process of its own."""
