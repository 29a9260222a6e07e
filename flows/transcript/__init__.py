"""Transcripts (`.talk`): a conversation as log, test and documentation in one."""
