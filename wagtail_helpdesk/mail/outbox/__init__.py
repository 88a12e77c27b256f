"""Mail that leaves: frozen, delivered, and what became of it."""
