"""An agent's own page: what waits, what comes today, and how it has been going."""
