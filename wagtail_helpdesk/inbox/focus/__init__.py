"""Focus sessions: an agent works through a view, and is brought one ticket after another."""
