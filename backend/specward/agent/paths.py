"""Where a path really leads. Part of the fast path: built-in modules only.

`os.path.realpath` says the same, but importing it costs more than the whole budget of a call.
"""

import posix

MAX_LINKS = 40  # Linux's own limit, path_resolution(7)
_KIND, _REGULAR = 0o170000, 0o100000  # S_IFMT and S_IFREG of stat(2)


def real(path: str) -> str:
    """Resolve symbolic links, `.` and `..` of an absolute path, whether it exists yet or not.

    Raises:
        OSError: the links lead in a circle.
    """
    todo = path.split("/")[::-1]
    done: list[str] = []
    links = 0
    while todo:
        part = todo.pop()
        if part in ("", "."):
            continue
        if part == "..":
            del done[-1:]
            continue
        try:
            target = posix.readlink("/" + "/".join([*done, part]))
        except OSError:  # no link, or not there yet
            done.append(part)
            continue
        links += 1
        if links > MAX_LINKS:
            raise OSError(f"the symbolic links of {path} form a cycle")
        if target.startswith("/"):
            done = []
        todo.extend(reversed(target.split("/")))
    return "/" + "/".join(done)


def relative(path: str, root: str) -> str | None:
    """Return a real path relative to a real root; None when it lies outside."""
    if path == root:
        return ""
    return path[len(root) + 1 :] if path.startswith(root + "/") else None


def toplevel(folder: str) -> str:
    """Return the nearest folder at or above a real path that holds `.git`, else the folder itself."""
    here = folder
    while here:
        if exists(here + "/.git"):
            return here
        here = here.rpartition("/")[0]
    return folder


def repository(root: str) -> str:
    """Return the folder that all work trees of a repository share (gitrepository-layout(5), `commondir`)."""
    dot_git = root + "/.git"
    if not is_file(dot_git):
        return real(dot_git)
    own = real(joined(root, read(dot_git).removeprefix("gitdir:").strip()))
    return real(joined(own, read(own + "/commondir").strip())) if exists(own + "/commondir") else own


def is_same_repository(one: str, other: str) -> bool:
    """Tell whether two top levels are work trees of one repository: sub-agents may get one of their own."""
    both = exists(one + "/.git") and exists(other + "/.git")
    return both and repository(one) == repository(other)


def joined(folder: str, path: str) -> str:
    """Return the path as seen from the folder: itself when absolute."""
    return path if path.startswith("/") else f"{folder}/{path}"


def exists(path: str) -> bool:
    """Tell whether something stands at the path."""
    try:
        posix.stat(path)
    except OSError:
        return False
    return True


def names(path: str) -> int:
    """Return under how many names the file at the path is known; 0 where there is none."""
    try:
        status = posix.stat(path)
    except OSError:
        return 0
    return status.st_nlink if status.st_mode & _KIND == _REGULAR else 0


def is_file(path: str) -> bool:
    """Tell whether a regular file stands at the path."""
    try:
        return posix.stat(path).st_mode & _KIND == _REGULAR
    except OSError:
        return False


def read(path: str) -> str:
    """Return the text of a file, with the line ends the client uses when it edits."""
    with open(path, encoding="utf-8", newline="") as file:  # noqa: PTH123 (pathlib is too slow here)
        return file.read().replace("\r\n", "\n")
