"""The addresses under a tracking link, one a module."""
