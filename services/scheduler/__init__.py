"""Decides the fate of every job and releases it at its time."""
