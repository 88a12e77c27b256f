"""Lists under headings: by what, which groups there are, and their pages."""
