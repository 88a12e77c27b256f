"""Views that agents make themselves: conditions, an order and columns under a name."""
