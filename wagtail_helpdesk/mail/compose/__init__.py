"""Writes mails to customers from plain public values; no model instance reaches a template from here."""
