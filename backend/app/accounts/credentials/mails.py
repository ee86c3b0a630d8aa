"""
[Task]: T-106, T-107
[From]: speckit.specify §2.6, §2.7
[Description]: What the mails say.
"""

from app.core.mail import Mail


def verification(to: str, token: str, app_url: str | None) -> Mail:
    """Ask somebody to prove that the address is theirs."""
    return Mail(
        to,
        "Verify your e-mail address",
        "Somebody, probably you, registered an account with this address. To verify it within 24 hours:\n\n"
        f"{_way(app_url, 'verify-email', token)}\n\n"
        "If this was not you, ignore this mail.\n",
    )


def reset(to: str, token: str, app_url: str | None) -> Mail:
    """Let somebody who forgot the password set another one."""
    return Mail(
        to,
        "Set a new password",
        "Somebody, probably you, asked to reset your password. To set a new one within an hour:\n\n"
        f"{_way(app_url, 'reset-password', token)}\n\n"
        "If this was not you, ignore this mail: nothing has changed.\n",
    )


def already_registered(to: str) -> Mail:
    """Tell somebody that their address was given for a new account."""
    return Mail(
        to,
        "You already have an account",
        "Somebody, probably you, tried to register this address, which already has an account. Nothing has\n"
        "changed. If you forgot the password, ask for a reset.\n",
    )


def _way(app_url: str | None, page: str, token: str) -> str:
    """Give a link into the client's application, or the bare token where none is set.

    The token is in the fragment, which browsers send to no server and name to no other page.
    """
    return f"{app_url.rstrip('/')}/{page}#token={token}" if app_url else token
