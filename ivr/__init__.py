"""The voice channel: SIP, RTP, speech and the browser."""
