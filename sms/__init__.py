"""The text channel: SMS and USSD over SMPP 3.4."""
