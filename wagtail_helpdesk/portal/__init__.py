"""The customer's screens: the conversation under its tracking link."""
