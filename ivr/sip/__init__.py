"""SIP without I/O: bytes and time in, events and bytes out (RFC 3261)."""
