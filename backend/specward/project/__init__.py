"""Everything a rule may ask about a project. Each fact is read once, when first asked for."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from specward.contract import NO_APPLICATION, NO_CONTRACT_READ
from specward.project.run import Run

if TYPE_CHECKING:
    from specward.code.dataflow.judging.project import Code
    from specward.code.dataflow.result import Analysis
    from specward.contract.api import Api, Contracts
    from specward.contract.served import Served
    from specward.database.server import Lend
    from specward.specs.model import Problem


class Project(Run):
    """A project under the gate: its settings, its specifications, its code, and what changed.

    Args:
        root: The repository's top.
        tasks: The tasks bound to this run, as a person names them (`T-042`, `001-auth/T012`).
        base: The revision to compare with; None with bound tasks means the last commit.
        paths: Files or folders to confine the run to, relative to `root`; None is the whole territory.
        lend: Gives a database server for the rules that need one; None leaves them out.
    """

    def __init__(
        self,
        root: Path,
        *,
        tasks: tuple[str, ...] = (),
        base: str | None = None,
        paths: tuple[str, ...] | None = None,
        lend: "Lend | None" = None,
    ) -> None:
        super().__init__(root, tasks=tasks, base=base, paths=paths)
        self.lend = lend

    @cached_property
    def isolation(self) -> "Analysis":
        """What the interpreter says of the statements on user-owned tables, in the whole territory."""
        return self._code.analysis()

    @cached_property
    def _code(self) -> "Code":
        from specward.code.dataflow.judging.project import (  # noqa: PLC0415 -- only this family needs it
            Code,
            sql_files,
        )

        paths = [path for path in self.paths_there if path.endswith(".py")]
        paths += sql_files(self.root, self.config.exclude)
        cached = not self.tracked_state
        return Code(self.root, paths, self.config.table, cached=cached, contents=self.contents)

    def _read_files(self) -> None:
        super()._read_files()
        if self.reads_code and not self.bound_names:
            self._code.read()

    @property
    def builds(self) -> bool:
        """Whether databases are built in this run: they speak of the whole project, and take seconds."""
        return self.lend is not None and self.paths is None and self.has_data_model

    @cached_property
    def contracts(self) -> "Contracts":
        """The API contracts of all spec sets."""
        from specward.contract.api import contract_paths, read_contracts  # noqa: PLC0415  # see `registry.NEEDS`

        return read_contracts(contract_paths(self.spec_sets), self.text)

    @property
    def served(self) -> "Served | Problem | None":
        """What the application serves; why it does not start; None where there is nothing to hold."""
        return self.fact(served)

    @cached_property
    def api(self) -> "Api | None":
        """The application held against its contracts; None where either side is missing."""
        from specward.contract.api import hold  # noqa: PLC0415
        from specward.contract.served import Served  # noqa: PLC0415

        if not isinstance(self.served, Served) or not self.contracts.whole:
            return None
        return hold(self.contracts, self.served, self.config)


def served(project: Project) -> "Served | Problem | None":
    """Ask the application what it serves; see `Project.served`."""
    if project.paths is not None:
        return None  # it takes an import of the application, and speaks of the whole of it
    from specward.contract.api import read_served  # noqa: PLC0415

    if not project.contracts.sources:
        project.note(NO_CONTRACT_READ)
        return None
    found = read_served(project.root, project.config, cached=not project.tracked_state)
    if found is None:
        project.note(NO_APPLICATION)
    return found
