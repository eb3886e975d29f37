"""Takes requests from people and serves pages, status and archives."""
