"""Where callers begin to speak: our end-pointer beside others."""
