"""`python -m shared.dlq`: what lies in the dead letters, and the way back for it."""
