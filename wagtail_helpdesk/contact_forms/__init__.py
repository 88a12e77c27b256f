"""Contact forms: what an editor sets up, the block that shows it, the address it is sent to."""
