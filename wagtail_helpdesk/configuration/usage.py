"""What stands in the way of deleting a row."""

from __future__ import annotations

from django.db import models
from django.utils.text import capfirst

#: More are not counted: what matters is that there are some.
CAP = 1000


def users_of(instance: models.Model) -> list[tuple[str, str]]:
    """Return (what, how many) for each kind of row that needs ``instance`` to stay, in a fixed number of queries.

    Never names a row: an administrator of the desk need not be allowed to see its tickets.
    """
    found = []
    for relation in instance._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ManyToOneRel) or relation.on_delete is not models.PROTECT:
            continue
        rows = relation.related_model._base_manager.filter(**{relation.field.name: instance})
        count = rows.values("pk")[: CAP + 1].count()
        if count:
            name = capfirst(relation.related_model._meta.verbose_name_plural)
            found.append((str(name), f"{CAP}+" if count > CAP else str(count)))
    return found
