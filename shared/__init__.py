"""Contracts that two services agree on, and the process skeleton each one runs."""
