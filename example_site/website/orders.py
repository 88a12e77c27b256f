"""The shop's orders. A real shop asks its own tables or its shop system; this one knows a few by heart."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Order:
    """One order."""

    number: str
    goods: tuple[str, ...]
    paid: str
    sent: str


_ORDERS = (
    Order("F-20431", ("1 x Farol One",), "79.00 EUR", "DHL 00340434 1615 2207"),
    Order("F-20418", ("1 x Farol One", "1 x Farol Tail"), "128.00 EUR", "DHL 00340434 1615 2193"),
    Order("F-20377", ("2 x Farol Tail",), "98.00 EUR", "—"),
)


def order_called(number: str) -> Order | None:
    """Return the order of that number."""
    return next((order for order in _ORDERS if order.number == number.strip().upper()), None)
