"""Asks machines at addresses that strangers wrote or browsers handed in."""
