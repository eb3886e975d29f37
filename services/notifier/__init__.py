"""Writes the mails."""
