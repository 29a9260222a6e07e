"""`dialcart top`: how a running shop does, live in a terminal, read from its operators' port."""
