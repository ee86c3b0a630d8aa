"""Which files hold secrets, by the names they have everywhere. Part of the fast path: no imports."""

_NAMES = frozenset(
    {".env", ".envrc", ".netrc", ".pgpass", ".npmrc", ".pypirc", ".git-credentials", "credentials"}
)
_ENDINGS = frozenset({"pem", "key", "p12", "pfx", "jks", "keystore", "kdbx", "env"})
_EXAMPLES = frozenset({"example", "sample", "template", "dist"})
_KEYS = ("id_rsa", "id_dsa", "id_ecdsa", "id_ed25519")
_FOLDERS = frozenset({".git", ".ssh", ".aws", ".gnupg"})
_WILD = frozenset("*?[")


def is_secret(path: str) -> bool:
    """Tell whether a file is one that holds secrets.

    Args:
        path: relative to the repository's root, without links.
    """
    *folders, name = path.lower().split("/")
    if name.rpartition(".")[2] in (*_EXAMPLES, "pub"):
        return False
    return (
        name in _NAMES
        or name.startswith((".env.", *_KEYS))
        or (name.rpartition(".")[2] in _ENDINGS and "." in name)
        or not _FOLDERS.isdisjoint((*folders, name))
        or (".specward" in (*folders, name) and not name.endswith(".brief.md"))
    )


def may_name_secrets(glob: str) -> bool:
    """Tell whether a glob of a search may name such a file; it overrides what git ignores (ripgrep).

    Only one whose every alternative ends in an ending that no secret has is sure not to.
    """
    return any(not _is_safe(one) for one in _alternatives(glob))


def _is_safe(glob: str) -> bool:
    if glob.startswith("!"):
        return True  # it takes files out
    name = glob.rpartition("/")[2]
    stem, dot, ending = name.rpartition(".")
    plain = _WILD.isdisjoint(ending)
    return bool(dot) and plain and not is_secret(glob) and bool(stem) and not is_secret(f"x.{ending}")


def _alternatives(glob: str) -> list[str]:
    """Write out the braces of a glob, and the commas and blanks between several."""
    todo, done = [glob], list[str]()
    while todo:
        one = todo.pop()
        head, brace, rest = one.partition("{")
        inner, close, tail = rest.partition("}")
        if brace and close and "{" not in inner:
            todo += [f"{head}{part}{tail}" for part in inner.split(",")]
        elif brace or "}" in one:
            done.append("*")  # nested braces: not worth telling apart
        else:
            done += one.replace(",", " ").split()
    return done
