"""The media plane under load, beside a bare loop of system calls and, where it was built, Asterisk."""
