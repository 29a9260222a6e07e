"""Where a program leads, whatever its texts say: its graph, what is certain at each node, the ways through a turn."""
