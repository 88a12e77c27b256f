"""The screens on which an administrator connects the desk to mail servers, and sees whether they work."""
