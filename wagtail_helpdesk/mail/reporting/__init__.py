"""What is heard of our mails after they left."""
