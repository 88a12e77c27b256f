"""Our readers of mails, reports and replies, and those of others, on a collection with known answers."""
