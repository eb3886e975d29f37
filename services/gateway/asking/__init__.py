"""Reading what is asked for: the fields of a request, and what they mean."""
