"""One small language of filters on tickets: plain data that people build on a screen and code compiles to a query.

``language`` is the data, ``fields`` what a field and an operator are (and the registry, which packages above fill from
``apps.ready()``), ``ticket_fields`` what a ticket itself offers.
"""
