"""Connection URLs led another way."""

from urllib.parse import urlsplit

from specward.database.server import HOST


def through(url: str, port: int) -> str:
    """Return `url` led through `port` of this machine: a proxy's or a pooler's."""
    parts = urlsplit(url)
    credentials, _, _ = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{credentials}@{HOST}:{port}").geturl()
