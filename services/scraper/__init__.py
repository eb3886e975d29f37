"""Finds addresses of pictures with search engines."""
