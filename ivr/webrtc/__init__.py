"""A browser as one end of a call: its audio as plain RTP for the media plane, and back."""
