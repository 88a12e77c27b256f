"""One change to many tickets: what can be done, to which of them, and how far it is."""
