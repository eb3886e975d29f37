"""What the commands tell a person when they cannot go on."""


class LocalFailure(Exception):  # noqa: N818 - it is one sentence for a person, not a bug
    """Show its sentence, stop what this call started, exit 1."""
