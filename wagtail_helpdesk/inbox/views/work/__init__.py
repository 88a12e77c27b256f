"""What agents do to a ticket beyond its fields: small POST views, and a page for each thing that has to be asked."""
