"""What a contact centre does, whatever the channel."""
