"""The one exception a user may meet."""


class CouldNotRunError(Exception):
    """The gate could not do its work. The text is a sentence: what is wrong, where, how to mend it.

    Commands print it on the error stream and exit with 2; hooks turn it into a refusal.
    """
