"""Handing out archives and their contact sheets."""
