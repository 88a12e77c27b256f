"""Finds tickets, by their words and by what is known of them. ``finding.find`` is what other packages ask."""
