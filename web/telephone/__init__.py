"""The web telephone: a page a seller with a keypad, sound and messages, talking to the flows that buyers talk to."""
