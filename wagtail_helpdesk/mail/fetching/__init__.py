"""Mail fetched from its sources, each exactly once."""
