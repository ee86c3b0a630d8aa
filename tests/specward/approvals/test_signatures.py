"""Signed stamps: real keys, the real ssh-keygen, and everything that somebody without a key would try."""

import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from shutil import which

import pytest

from specward.approvals.signatures import Signers, read_signers, sign, signing_key
from specward.approvals.stamps import PATH, Stamp, load_approvals, write_approvals
from specward.approvals.status import Approved, Unsigned, stamp_task, status
from specward.code.cache import Cache
from specward.config import Config, load_config
from specward.errors import CouldNotRunError
from specward.rules.examples import HEADER, SPECS
from specward.specs.reader import read_specs
from specward.verify import verify
from tests.specward.repository import commit, git, make_repository, write_tree

pytestmark = pytest.mark.skipif(which("ssh-keygen") is None, reason="ssh-keygen is not installed here")

SIGNERS = "specs/allowed_signers"
ADA = "Ada <ada@example.org>"
Key = Callable[[str], Path]


@pytest.fixture
def key(tmp_path: Path) -> Key:
    """Makes a key of a name."""

    def make(name: str) -> Path:
        path = tmp_path / "keys" / name
        path.parent.mkdir(exist_ok=True)
        if not path.exists():
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)  # noqa: S607
        return path

    return make


@pytest.fixture
def root(tmp_path: Path, key: Key) -> Path:
    """A repository where only Ada may approve, with code for a task that nobody has approved."""
    pyproject = SPECS["pyproject.toml"] + f'signers = "{SIGNERS}"\n'
    files = {**SPECS, "pyproject.toml": pyproject, SIGNERS: allowed("ada@example.org", key("ada"))}
    (tmp_path / "repository").mkdir()
    root = make_repository(tmp_path / "repository", files)
    write_tree(root, {"backend/app/orders/routes.py": HEADER})
    commit(root, "Begin")
    return root


def allowed(who: str, key: Path, options: str = "") -> str:
    public = key.with_suffix(".pub").read_text(encoding="utf-8").split()[:2]
    return " ".join(part for part in (who, options, *public) if part) + "\n"


def unsigned(root: Path, approver: str = ADA) -> Stamp:
    spec_sets = read_specs(root, load_config(root))
    return stamp_task(spec_sets[0].tasks[0], spec_sets, approver, date(2026, 11, 23))


def keep(root: Path, stamp: Stamp) -> None:
    write_approvals(root, {stamp.task: stamp})


def codes(root: Path, base: str | None = None) -> set[str]:
    return {finding.code for finding in verify(root, base=base, select=("SW2",)).findings}


def test_a_stamp_that_a_signer_signed_holds(root: Path, key: Key) -> None:
    keep(root, sign(unsigned(root), str(key("ada"))))
    config, spec_sets = load_config(root), read_specs(root, load_config(root))
    state = status(spec_sets[0].tasks[0], spec_sets, load_approvals(root), read_signers(root, config))
    assert isinstance(state, Approved)
    assert codes(root) == set()


def test_a_stamp_that_nobody_signed_does_not(root: Path) -> None:
    keep(root, unsigned(root))
    config, spec_sets = load_config(root), read_specs(root, load_config(root))
    state = status(spec_sets[0].tasks[0], spec_sets, load_approvals(root), read_signers(root, config))
    assert isinstance(state, Unsigned)
    assert state.reason == f"The stamp of shop/T-001 is not signed, and {SIGNERS} names who may sign."
    assert codes(root) == {"SW206"}


@pytest.mark.parametrize(
    "forge",
    [
        lambda stamp: stamp._replace(date="2026-11-22"),
        lambda stamp: stamp._replace(digest="0" * 64),
        lambda stamp: stamp._replace(approver="Eve <eve@example.org>"),
        lambda stamp: stamp._replace(approver="Ada"),
        lambda stamp: stamp._replace(date="tomorrow"),
        lambda stamp: stamp._replace(task=stamp.task._replace(id="T-002")),
        lambda stamp: stamp._replace(signature=stamp.signature[:-8]),
        lambda stamp: stamp._replace(signature="\n-----END SSH SIGNATURE-----\n"),
    ],
    ids=["date", "digest", "approver", "no-address", "no-date", "task", "cut", "armour"],
)
def test_nothing_of_a_signed_stamp_can_be_changed(
    root: Path, key: Key, forge: Callable[[Stamp], Stamp]
) -> None:
    signers = read_signers(root, load_config(root))
    signed = sign(unsigned(root), str(key("ada")))
    assert signers is not None
    assert signers.refusal(signed) == ""
    assert signers.refusal(forge(signed)) != ""


def test_a_key_that_is_not_allowed_is_worth_nothing(root: Path, key: Key) -> None:
    keep(root, sign(unsigned(root), str(key("eve"))))
    assert codes(root) == {"SW206"}


def test_a_signer_cannot_sign_as_another(root: Path, key: Key) -> None:
    (root / SIGNERS).write_text(
        allowed("ada@example.org", key("ada")) + allowed("bob@example.org", key("bob"))
    )
    keep(root, sign(unsigned(root), str(key("bob"))))
    assert codes(root) == {"SW206"}


def test_a_signature_for_something_else_is_worth_nothing(root: Path, key: Key) -> None:
    (root / SIGNERS).write_text(allowed("ada@example.org", key("ada"), 'namespaces="git"'))
    keep(root, sign(unsigned(root), str(key("ada"))))
    assert codes(root) == {"SW206"}


def test_a_key_holds_for_the_days_it_was_valid(root: Path, key: Key) -> None:
    signed = sign(unsigned(root), str(key("ada")))
    for until, holds in (("20261201", True), ("20261101", False)):
        text = allowed("ada@example.org", key("ada"), f'valid-before="{until}"')
        assert (Signers(SIGNERS, text).refusal(signed) == "") is holds


def test_signers_that_cannot_be_read_let_nobody_in(root: Path, key: Key) -> None:
    keep(root, sign(unsigned(root), str(key("ada"))))
    (root / SIGNERS).unlink()
    assert codes(root) == {"SW206"}


def test_a_change_cannot_let_its_author_in(root: Path, key: Key) -> None:
    git(root, "tag", "before")
    (root / SIGNERS).write_text(allowed("eve@example.org", key("eve")))
    keep(root, sign(unsigned(root, "Eve <eve@example.org>"), str(key("eve"))))
    commit(root, "Let Eve in")
    assert codes(root) == set()
    assert codes(root, base="before") == {"SW206"}


def test_a_change_cannot_do_away_with_signatures(root: Path) -> None:
    git(root, "tag", "before")
    write_tree(root, {"pyproject.toml": SPECS["pyproject.toml"]})
    keep(root, unsigned(root))
    commit(root, "Ask for no signatures")
    assert codes(root, base="before") == {"SW206"}


def test_what_was_verified_is_kept_and_no_more(root: Path, key: Key, tmp_path: Path) -> None:
    text, signed = (root / SIGNERS).read_text(encoding="utf-8"), sign(unsigned(root), str(key("ada")))
    for _ in range(2):
        signers = Signers(SIGNERS, text, Cache(tmp_path / "kept.json", "1"))
        assert signers.refusal(signed) == ""
        assert signers.refusal(signed._replace(date="2026-11-22")) != ""


def test_the_file_keeps_the_signature(root: Path, key: Key) -> None:
    signed = sign(unsigned(root), str(key("ada")))
    keep(root, signed)
    assert load_approvals(root) == {signed.task: signed}
    keep(root, unsigned(root))
    assert "signature" not in (root / PATH).read_text(encoding="utf-8")


def test_git_tells_the_key(root: Path, key: Key) -> None:
    public = key("ada").with_suffix(".pub").read_text(encoding="utf-8").strip()
    git(root, "config", "user.signingkey", f"key::{public}")
    assert signing_key(root) == f"key::{public}"


def test_a_key_that_cannot_sign_says_so(root: Path) -> None:
    with pytest.raises(CouldNotRunError, match=r"cannot sign: .* Nothing was approved"):
        sign(unsigned(root), str(root / "no-such-key"))


def test_without_the_setting_nobody_has_to_sign(root: Path) -> None:
    assert read_signers(root, Config()) is None
