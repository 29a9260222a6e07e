"""Who may sign in to the pages, and as what."""
