"""Durable orders a second: the running system under phones that text the worked example's dialogue."""
