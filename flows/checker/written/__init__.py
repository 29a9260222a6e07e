"""What the seller wrote, read once for all rules: texts and their readers, the names they use, phrases and where they lead."""
