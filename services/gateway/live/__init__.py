"""A job as it goes, told to whoever watches."""
