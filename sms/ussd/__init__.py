"""USSD over SMPP: menus in a dialog between a phone that dialled a code and the shop behind it."""
