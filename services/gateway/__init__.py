"""Takes requests from people and programs, shows how they fare, and hands out the archives."""
