"""Speeds, each in a file of its own that prints what it measured and beside what."""
