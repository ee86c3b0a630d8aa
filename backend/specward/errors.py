"""The one exception a user may meet, and how messages of others are told."""


class CouldNotRunError(Exception):
    """The gate could not do its work. The text is a sentence: what is wrong, where, how to mend it.

    Commands print it on the error stream and exit with 2; hooks turn it into a refusal.
    """


def ended(message: str) -> str:
    """Close somebody else's message as a sentence; Python's own may end with a question since 3.12."""
    return message if message.endswith((".", "?", "!")) else f"{message}."
