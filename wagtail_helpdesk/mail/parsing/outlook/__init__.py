"""Mails as Outlook keeps them in files (.msg): a compound file ([MS-CFB]) that holds MAPI properties ([MS-OXMSG])."""

from .mails import OUTLOOK_TYPE, as_mail, is_outlook_file

__all__ = ["OUTLOOK_TYPE", "as_mail", "is_outlook_file"]
