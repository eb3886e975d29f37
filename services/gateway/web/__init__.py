"""The web port: requests, answers and what goes wrong with them."""
