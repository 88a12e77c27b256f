"""Mail that arrives: accepted, read, tied to its ticket, handed to the door."""
