"""The rules, named one by one. Modules are imported when they run, so that naming them costs nothing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from typing import NamedTuple, Protocol, cast

from specward.approvals.stamps import PATH as APPROVALS
from specward.contract import NO_CONTRACT
from specward.findings import Finding
from specward.project import Project
from specward.rules.examples import Example
from specward.schema import NOT_BUILT, NOT_READ

FAMILIES: Mapping[str, str] = {
    "SW0": "gate: the gate's own exceptions",
    "SW1": "trace: every file names its task and sections",
    "SW2": "approval: every task is approved, as it stands",
    "SW3": "scope: every change is permitted",
    "SW4": "contract: the API is the approved one",
    "SW5": "schema: the database is the approved one",
    "SW6": "isolation: no user reaches another's rows",
    "SW7": "quality: types, docstrings, errors",
    "SW8": "history: a record for each piece of agent work",
    "SW9": "wiring: the gate stands where it should",
}

RULES = (
    "gate.sw001_exception_without_reason",
    "gate.sw002_exception_unused",
    "gate.sw003_exception_of_ones_own",
    "gate.sw004_baseline_stale",
    "gate.sw005_baseline_grown",
    "gate.sw006_file_unreadable",
    "trace.sw101_header_missing",
    "trace.sw102_header_malformed",
    "trace.sw103_task_unknown",
    "trace.sw104_task_ambiguous",
    "trace.sw105_section_unresolved",
    "trace.sw106_line_numbers_cited",
    "trace.sw107_task_of_another_file",
    "trace.sw108_specification_unclear",
    "trace.sw109_bound_task_not_named",
    "trace.sw110_task_struck_from_header",
    "approval.sw201_task_unapproved",
    "approval.sw202_approval_stale",
    "approval.sw203_approved_by_its_own_change",
    "approval.sw204_stamp_of_no_task",
    "approval.sw205_approvals_malformed",
    "approval.sw206_stamp_unsigned",
    "scope.sw301_outside_permit",
    "scope.sw302_unclaimed_change",
    "scope.sw303_control_file_changed",
    "scope.sw304_link_out_of_territory",
    "scope.sw305_case_collision",
    "scope.sw306_project_file_changed",
    "scope.sw307_run_state_tracked",
    "scope.sw308_table_outside_permit",
    "contract.sw401_contract_unreadable",
    "contract.sw402_application_unreadable",
    "contract.sw403_operation_beyond_contract",
    "contract.sw404_operation_differs",
    "contract.sw405_security_weakened",
    "contract.sw406_operation_moved",
    "contract.sw407_operation_absent",
    "contract.sw408_operation_without_task",
    "contract.sw409_contract_changed",
    "contract.sw410_operation_shadowed",
    "contract.sw411_operation_of_another_task",
    "contract.sw412_document_untrue",
    "contract.sw413_dependency_replaced",
    "contract.sw414_operation_added_late",
    "schema.sw501_data_model_unclear",
    "schema.sw502_revisions_not_one_chain",
    "schema.sw511_data_model_refused",
    "schema.sw512_models_unreadable",
    "schema.sw513_migrations_fail",
    "schema.sw514_way_back_differs",
    "schema.sw515_models_differ",
    "schema.sw516_migrations_differ",
    "schema.sw517_table_beyond_data_model",
    "schema.sw518_table_absent",
    "isolation.sw601_owner_missing",
    "isolation.sw602_owner_conditional",
    "isolation.sw603_identity_from_client",
    "isolation.sw604_reference_unchecked",
    "isolation.sw605_text_unprovable",
    "isolation.sw606_relationship_escapes",
    "isolation.sw607_not_judged",
    "isolation.sw608_code_unseen",
    "isolation.sw609_open_to_everybody",
    "isolation.sw610_code_outside",
    "isolation.sw611_rank_missing",
    "catalog.sw651_row_security_off",
    "catalog.sw652_row_security_not_forced",
    "catalog.sw653_verb_without_policy",
    "catalog.sw654_policy_not_bound",
    "catalog.sw655_setting_per_row",
    "catalog.sw656_cast_on_wrong_side",
    "catalog.sw657_owner_column_nullable",
    "catalog.sw658_owner_column_without_index",
    "catalog.sw659_foreign_key_across_owners",
    "catalog.sw660_forbidden_grant",
    "catalog.sw661_view_as_its_owner",
    "catalog.sw662_definer_with_open_path",
    "catalog.sw663_powerful_role",
    "catalog.sw664_old_server",
    "quality.sw701_linter",
    "quality.sw702_type_checker",
    "quality.sw703_docstring",
    "quality.sw704_tool_missing",
    "quality.sw705_silenced_without_reason",
    "history.sw801_task_not_recorded",
    "history.sw802_record_invalid",
    "history.sw803_record_of_unknown_task",
    "history.sw804_record_of_missing_file",
    "history.sw805_record_placeholder",
    "history.sw806_record_misplaced",
    "history.sw807_record_number_taken",
    "history.sw808_record_holds_credential",
    "wiring.sw901_settings_not_read",
    "wiring.sw902_hooks_switched_off",
    "wiring.sw903_event_not_wired",
    "wiring.sw904_name_misspelt",
    "wiring.sw905_matcher_too_narrow",
    "wiring.sw906_command_cannot_run",
    "wiring.sw907_hook_fails_open",
    "wiring.sw908_permission_too_wide",
    "wiring.sw911_agent_not_read",
    "wiring.sw912_agent_tools",
    "wiring.sw913_agent_head_misleads",
    "wiring.sw914_skill_forks_elsewhere",
    "wiring.sw915_nested_claude_folder",
    "wiring.sw916_tool_server_missing",
    "wiring.sw921_prompt_rule_missing",
)


class Need(NamedTuple):
    """What a family needs to have anything to say."""

    is_met: Callable[[Project], bool]
    note: str = ""  # what a run says that could not see it; empty where there is nothing to see


def _looks_at(role: str) -> Need:
    """A look at single files reads a document only if it is among them: it would find nothing elsewhere."""

    def is_met(project: Project) -> bool:
        documents = (document for spec_set in project.spec_sets for document in spec_set.documents)
        return any(document.role == role and project.covers(document.path) for document in documents)

    return Need(is_met)


def _covers_revisions(project: Project) -> bool:
    from specward.schema.revisions import candidates  # noqa: PLC0415  # Python's parser comes with it

    return any(map(project.covers, candidates(project.paths_there)))


_DATA_MODEL = Need(lambda project: project.has_data_model, NOT_READ)
_DATABASE = Need(lambda project: project.builds, NOT_BUILT)
_WHOLE = Need(lambda project: project.paths is None)  # these speak of the whole project
_BESIDE = Need(lambda project: not project.is_within_territory)  # these never speak of implementation

# Where a family has nothing to say, its modules are not even imported: they cost more than a small check.
# By the beginning of the codes; the first need that is not met speaks.
NEEDS: Mapping[str, tuple[Need, ...]] = {
    "SW204": (Need(lambda project: project.covers(APPROVALS)),),
    "SW4": (Need(lambda project: project.has_contract, NO_CONTRACT), _looks_at("contract")),
    "SW501": (_DATA_MODEL, _looks_at("data-model")),
    "SW502": (Need(_covers_revisions),),
    "SW511": (_DATA_MODEL, _DATABASE),
    "SW513": (_DATA_MODEL, _DATABASE),
    "SW514": (_DATA_MODEL, _DATABASE),
    "SW51": (_DATA_MODEL, _WHOLE),
    "SW65": (_DATA_MODEL, _DATABASE),
    "SW66": (_DATA_MODEL, _DATABASE),
    "SW8": (_BESIDE,),
    "SW9": (_BESIDE,),
}

# Without a database these see a part of what they hold: what they do not find may still be there.
IN_PART = frozenset({"SW512", "SW515", "SW516", "SW517", "SW518"})

# The facts that wait for other programs, by the beginning of the codes: a run over the whole project begins
# with them all, so that linter, type checker and the application's start cost the time of the longest.
AHEAD: Mapping[str, str] = {
    "SW4": "specward.project:served",
    "SW515": "specward.rules.schema.reading:models",
    "SW701": "specward.rules.quality.reading:linted",
    "SW702": "specward.rules.quality.reading:typed",
}


BY_TASKS = ("SW1", "SW2", "SW3")  # the families that hold files against the specifications


class Rule(Protocol):
    """What a rule's module holds; its docstring is what `explain` prints."""

    SUMMARY: str  # one line, without a full stop
    GOOD: Example
    BAD: Example

    def check(self, project: Project) -> Iterable[Finding]:
        """Give every finding of this rule."""


class Entry(NamedTuple):
    """A registered rule: its code is part of its module's name."""

    code: str
    module: str

    @property
    def family(self) -> str:
        """Which of `FAMILIES` it belongs to."""
        return self.code[:3]

    @property
    def closes(self) -> bool:
        """Whether it judges the exceptions to other rules, and so runs when these are done."""
        return self.family == "SW0"

    def applies(self, project: Project) -> bool:
        """Whether the project has what the rule's family needs; where it has not, the report notes it."""
        needs = next((needs for prefix, needs in NEEDS.items() if self.code.startswith(prefix)), ())
        lacking = next((need for need in needs if not need.is_met(project)), None)
        if lacking and lacking.note and project.paths is None:
            project.note(lacking.note)
        return lacking is None

    def sees_all(self, project: Project) -> bool:
        """Whether what it does not find in this run is not there."""
        return project.builds or self.code not in IN_PART

    def load(self) -> Rule:
        """Import it."""
        return cast("Rule", import_module(f"specward.rules.{self.module}"))


def entries() -> tuple[Entry, ...]:
    """Return every registered rule, in order of its code."""
    return tuple(Entry(name.rpartition(".")[2].partition("_")[0].upper(), name) for name in RULES)


def begin(project: Project, chosen: Sequence[Entry]) -> None:
    """Begin what the chosen rules will wait for; of single files only the linter has something to say."""
    codes = tuple(entry.code for entry in chosen)
    if any(entry.family in BY_TASKS for entry in chosen):
        _ = project.spec_sets  # before the files, which are read while other processes read specifications
    ahead = AHEAD if project.paths is None else {"SW701": AHEAD["SW701"]}
    wanted = [name for prefix, name in ahead.items() if any(code.startswith(prefix) for code in codes)]
    if wanted:
        project.begin([_reader(name) for name in wanted])


def _reader(name: str) -> Callable[[Project], object]:
    module, _, function = name.partition(":")
    return cast("Callable[[Project], object]", getattr(import_module(module), function))
