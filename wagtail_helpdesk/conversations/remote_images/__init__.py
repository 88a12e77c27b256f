"""Images that a mail names at other places, fetched by us, so that their sender learns nothing of who reads it."""
