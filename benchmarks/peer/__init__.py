"""django-helpdesk's reader on the same mails, in an environment of its own."""
