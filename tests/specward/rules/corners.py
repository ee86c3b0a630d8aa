"""Worlds in which a rule meets a corner of its own: by its code, and by what is special about each."""

import json
from collections.abc import Mapping, Sequence

from specward.baseline import PATH as BASELINE
from specward.rules.contract.world import APP, CONTRACT
from specward.rules.contract.world import world as shop
from specward.rules.examples import HEADER, SPECS, Example, Link
from specward.rules.history.examples import PATH as RECORD_PATH
from specward.rules.history.examples import RECORD
from specward.rules.scope import sw308_table_outside_permit
from specward.rules.wiring.examples import AGENT, ENGINEER, EVENTS, local, settings, tool_server

ROUTES = "backend/app/orders/routes.py"
CARTS = "backend/app/carts/routes.py"
TASKS = SPECS["specs/tasks.md"]
TASK = TASKS.partition("\n\n")[2]
SECOND_TASK = TASK.replace("T-001", "T-002")
LISTED = {"specs/tasks.md": TASKS}


def header(text: str, *, task: str = "T-001") -> dict[str, str]:
    """A file whose header says something else."""
    return {ROUTES: text or HEADER.replace("T-001", task)}


def tasks(*names: str, files: str = "backend/app/orders/**") -> dict[str, str]:
    """A list of tasks that are alike but for their names."""
    more = "".join(TASK.replace("T-001", name).replace("backend/app/orders/**", files) for name in names)
    return {"specs/tasks.md": f"{TASKS}\n{more}"}


def features(count: int) -> dict[str, str]:
    """Features that each begin at T001."""
    return {f"specs/{number:03}-f/tasks.md": f"- [ ] T001 Do {number}\n" for number in range(1, count + 1)}


_COMMENTED = "".join(f"# {line}\n" for line in HEADER.splitlines()[1:-1])
TRACE: Mapping[str, Mapping[str, Example]] = {
    "SW101": {
        "a header below the first statement, and one below that": Example(
            {ROUTES: f"LIMIT = 50\n\n{HEADER}\n{HEADER}"}
        ),
        "one in comments below the first statement": Example({ROUTES: f"LIMIT = 50\n\n{_COMMENTED}"}),
        "a script without one, and a format without comments": Example(
            {
                "backend/app/run.sh": "echo\n",
                "backend/app/a.json": "{}\n",
            }
        ),
    },
    "SW102": {
        "no task in the field, fields out of order": Example(
            header('"""\n[From]: speckit.specify §1.1\n[Task]: nothing\n[Description]: Lists.\n"""\n')
        ),
        "one field alone, and an empty one": Example(
            header('"""\n[Task]: T-001\n"""\n')
            | {CARTS: '"""\n[Task]:\n[From]: §1.1\n[Description]: x\n"""\n'}
        ),
        "a key of somebody else": Example(header(HEADER.replace("[Desc", "[Zebra]: no\n[Desc"))),
        "an empty one of somebody else": Example(header(HEADER.replace("[Desc", "[Zebra]:\n[Desc"))),
        "keys in another case": Example(header(HEADER.replace("[Description]", "[DESCRIPTON]"))),
    },
    "SW103": {
        "near to many": Example(header("", task="T-01") | tasks("T-002", "T-003", "T-004")),
        "near, with a feature in front": Example(header("", task="shop/T-0011")),
        "near to none": Example(header("", task="ZZ-777")),
        "a project without tasks": Example(header("") | {"specs/tasks.md": "# Tasks\n"}, approved=()),
    },
    "SW104": {
        "three": Example(header("", task="T001") | features(3), approved=()),
        "four": Example(header("", task="T001") | features(4), approved=()),
    },
    "SW105": {
        "several, and lines": Example(
            header(HEADER.replace("speckit.plan §1", "speckit.plan §7, §3-4, §FR-9"))
        )
    },
    "SW106": {
        "several, and sections": Example(
            header(HEADER.replace("speckit.plan §1", "speckit.plan §7, §3-4, §8-9"))
        )
    },
    "SW107": {
        "another task permits it": Example(
            header("", task="T-001, T-002") | tasks("T-002", files="backend/app/x/**")
        ),
        "a task without files": Example(
            {**header(""), "specs/tasks.md": TASKS.replace("`backend/app/orders/**`", "none")}
        ),
        "a task that is unknown": Example({CARTS: HEADER.replace("T-001", "T-404")}),
    },
    "SW109": {
        "only what was changed, only its own header": Example(
            {**tasks("T-002"), ROUTES: HEADER, "backend/app/orders/a.py": f"X = 1\n{_COMMENTED}"},
            before={**tasks("T-002"), ROUTES: HEADER},
            task="T-002",
        ),
        "a header without any task": Example(
            {**LISTED, **header(f"\n{HEADER.replace('T-001', 'nothing')}")}, before=LISTED, task="T-001"
        ),
    },
    "SW110": {
        "two files, and one that is as it was": Example(
            {**tasks("T-002"), ROUTES: HEADER, CARTS: HEADER, "backend/app/a.py": HEADER},
            before={
                **tasks("T-002"),
                ROUTES: HEADER.replace("T-001", "T-002"),
                CARTS: HEADER.replace("T-001", "T-002, T-001"),
                "backend/app/a.py": HEADER,
            },
            task="T-001",
            approved=(),
        ),
        "a task that has gone": Example(
            {**LISTED, ROUTES: HEADER},
            before={**tasks("T-002"), ROUTES: HEADER.replace("T-001", "T-002")},
            task="T-001",
            approved=(),
        ),
    },
}

TABLES = {"specs/tasks.md": f"{TASKS.replace('**Tables**: none', '**Tables**: `orders`')}\n{SECOND_TASK}"}
DROP = 'from alembic import op\n\n\ndef upgrade() -> None:\n    op.drop_table("{}")\n'
SQL = "".join(f"-- {line}\n" for line in HEADER.splitlines()[1:-1])


def model(*lines: str) -> str:
    """A module with the model of customers."""
    body = "".join(f"    {line}\n" for line in ('__tablename__ = "customers"', *lines))
    return f"{HEADER}\nfrom sqlmodel import SQLModel\n\n\nclass Customer(SQLModel, table=True):\n{body}"


_ENTRIES = [[f"backend/app/{name}.py", "SW101", f"{name * 16}", 1] for name in "ab"]
GATE: Mapping[str, Mapping[str, Example]] = {
    "SW001": {"no rule": Example({ROUTES: f"{HEADER}X = 1  # specward: allow -- it is so\n"})},
    "SW002": {
        "rules that did not run, two that did": Example(
            {ROUTES: f"{HEADER}X = 1  # specward: allow SW101, SW002, SW002 -- it is so\n"}
        ),
        "without a reason": Example({ROUTES: f"{HEADER}X = 1  # specward: allow SW002\n"}),
    },
    "SW004": {
        "of rules that did not run": Example({BASELINE: json.dumps({"version": 1, "findings": _ENTRIES})})
    },
    "SW005": {
        "a first one": Example(
            {BASELINE: json.dumps({"version": 1, "findings": _ENTRIES}, indent=1)}, before={"README.md": "x"}
        ),
        "two more": Example(
            {BASELINE: json.dumps({"version": 1, "findings": _ENTRIES[::-1]}, indent=1)},
            before={BASELINE: '{"version": 1, "findings": []}'},
        ),
    },
    "SW006": {
        "a format without comments": Example({"backend/app/a.png": "\0"}),
        "compiled code": Example({"backend/app/orders/a.pyc": "\0"}),
        "another encoding": Example({ROUTES: f"# coding: utf-7\n# +AAo-import os\n{HEADER}"}),
    },
}

APPROVALS = "specs/approvals.toml"
APPROVAL: Mapping[str, Mapping[str, Example]] = {
    "SW201": {"named twice": Example({CARTS: HEADER, ROUTES: HEADER}, approved=())},
    "SW202": {
        "a section has gone, another has changed": Example(
            {
                ROUTES: HEADER,
                "specs/specify.md": "# Shop\n",
                "specs/plan.md": SPECS["specs/plan.md"].replace("services", "nobody"),
            }
        )
    },
    "SW203": {
        "under a task, which is not committed yet": Example(
            {ROUTES: HEADER}, before={"README.md": "x"}, approved_before=False, task="T-001"
        ),
        "code of a task that was approved by nobody": Example(
            {**tasks("T-002"), **header("", task="T-002")}, before=tasks("T-002"), approved_before=False
        ),
        "code that was there": Example({ROUTES: HEADER}, before={ROUTES: HEADER}, approved_before=False),
        "code that was there, and code that is new": Example(
            {CARTS: HEADER, ROUTES: HEADER}, before={CARTS: HEADER}, approved_before=False
        ),
        "approvals that cannot be read": Example(
            {ROUTES: HEADER, APPROVALS: "<<<<<<<\n"}, before={"README.md": "x"}, approved=()
        ),
    },
    "SW204": {
        "two": Example(
            {"specs/tasks.md": "# Tasks\n\n### T-009: Other\n\n- **Files**: `backend/app/a.py`\n"},
        )
    },
}

SCOPE: Mapping[str, Mapping[str, Example]] = {
    "SW301": {
        "changed, deleted, linked": Example(
            {"a.js": "2\n", "backend/app/orders/web": Link("../../../a.js"), CARTS: HEADER},
            before={"a.js": "1\n", "b.js": "1\n", CARTS: HEADER},
            task="T-001",
        ),
        "a link out of the project": Example(
            {"backend/app/orders/web": Link("../../../../x")}, before={"a.js": "1\n"}, task="T-001"
        ),
        "records": Example(
            {RECORD_PATH: RECORD, "history/clarifications/a.md": "x\n", "history/prompts/b.md": "2\n"},
            before={"history/prompts/b.md": "1\n"},
            task="T-001",
        ),
        "a task without files": Example(
            {
                **LISTED,
                "specs/tasks.md": TASKS.replace(
                    "**Files**: `backend/app/orders/**`", "**Files**: none"
                ).replace("`tests/orders/**`", "none"),
                ROUTES: HEADER,
            },
            before={
                "specs/tasks.md": TASKS.replace(
                    "**Files**: `backend/app/orders/**`", "**Files**: none"
                ).replace("`tests/orders/**`", "none")
            },
            task="T-001",
            approved=(),
        ),
    },
    "SW302": {
        "empty, deleted, elsewhere": Example(
            {ROUTES: HEADER, "backend/app/carts/__init__.py": "", "a.json": "{}"},
            before={"README.md": "x", "backend/app/carts/old.json": "{}"},
        ),
        "under a task": Example(
            {"backend/app/carts/data.json": "{}\n"}, before={"README.md": "x"}, task="T-001"
        ),
        "an empty one without comments": Example(
            {ROUTES: HEADER, "backend/app/carts/a.json": ""}, before={"README.md": "x"}
        ),
        "permitted by one of two tasks": Example(
            {
                **(both := tasks("T-002", files="backend/app/carts/**")),
                ROUTES: HEADER,
                CARTS: HEADER.replace("T-001", "T-002"),
                "backend/app/orders/a.json": "{}\n",
            },
            before=both,
        ),
        "code that the task of its header does not permit": Example(
            {ROUTES: HEADER, CARTS: HEADER}, before={"README.md": "x"}
        ),
        "deleted with the task it named": Example(
            {"README.md": "x"}, before={ROUTES: HEADER, "README.md": "x"}
        ),
    },
    "SW303": {
        "a new specification, and the settings": Example(
            {ROUTES: HEADER, "specs/other.md": "# x\n", ".claude/settings.json": "{}\n", RECORD_PATH: RECORD},
            before={".claude/settings.json": "{ }\n"},
        ),
        "a clarification": Example(
            {ROUTES: HEADER, "history/clarifications/a.md": "x"}, before={"README.md": "x"}
        ),
        "a state outside of the specifications": Example(
            {ROUTES: HEADER, ".claude/a.md": "[x]\n"}, before={".claude/a.md": "[ ]\n"}
        ),
        "other forms of a state": Example(
            {ROUTES: HEADER, "specs/tasks.md": f"{TASKS}\n- [x] a\n**Status:** done\n"},
            before={"specs/tasks.md": f"{TASKS}\n- [ ] a\n**Status:** open\n"},
        ),
        "no code": Example({".claude/settings.json": "{}\n"}, before={".claude/settings.json": "{ }\n"}),
        "under a task": Example(
            {ROUTES: HEADER, ".claude/settings.json": "{}\n"},
            before={".claude/settings.json": "{ }\n"},
            task="T-001",
        ),
    },
    "SW304": {
        "within, nowhere, and out of the project": Example(
            {
                ROUTES: HEADER,
                "backend/app/orders/none.py": Link("gone.py"),
                "backend/app/orders/out.py": Link("../../../../x.py"),
                "web": Link("specs"),
            }
        )
    },
    "SW305": {
        "folders": Example({"backend/app/Orders/a.py": HEADER, "backend/app/orders/a.py": HEADER}),
        "accents": Example(
            {"backend/app/orders/caf\u00e9.py": HEADER, "backend/app/orders/cafe\u0301.py": HEADER}
        ),
        "like the territory": Example({"Backend/app/a.py": HEADER}, before={"README.md": "x"}),
    },
    "SW306": {
        "no TOML before": Example(
            {ROUTES: HEADER, "pyproject.toml": SPECS["pyproject.toml"]},
            before={"pyproject.toml": "[project\n"},
        ),
        "removed, and the rest": Example(
            {ROUTES: HEADER, "pyproject.toml": SPECS["pyproject.toml"].replace('"shop"', '"cart"', 1)},
            before={"pyproject.toml": SPECS["pyproject.toml"].replace("[]", '["left-pad"]')},
        ),
        "without code": Example(
            {"pyproject.toml": SPECS["pyproject.toml"].replace("[]", '["left-pad"]')},
            before={"pyproject.toml": SPECS["pyproject.toml"]},
        ),
        "a first one": Example(
            {ROUTES: HEADER},
            before={"README.md": "x"},
        ),
        "under a task that names none": Example(
            {
                "specs/tasks.md": TASKS.replace("`httpx`", "none"),
                "pyproject.toml": SPECS["pyproject.toml"].replace("[]", '["left-pad"]'),
            },
            before={
                "specs/tasks.md": TASKS.replace("`httpx`", "none"),
                "pyproject.toml": SPECS["pyproject.toml"],
            },
            task="T-001",
            approved=(),
        ),
    },
    "SW307": {
        "two": Example({".gitignore": "", ".specward/b.json": "{}", ".specward/cache/a.json": "{}"}),
    },
    "SW308": {
        "of two tasks, of none, and out of the territory": Example(
            {
                **TABLES,
                "a/versions/one.py": HEADER + DROP.format("a"),
                "backend/app/a.sql": Link("../../a.sql"),
                "backend/app/versions/none.py": DROP.format("b"),
                "backend/app/versions/two.py": HEADER.replace("T-001", "T-001, T-002") + DROP.format("c"),
                "a.sql": "drop table d;\n",
                "backend/app/versions/e.txt": "drop table e;\n",
                "backend/app/g.txt": model("id: int"),
                "backend/app/f.py": HEADER + DROP.format("f"),
            },
            before=TABLES,
        ),
        "names as SQL may write them": Example(
            {
                **TABLES,
                "backend/app/a.sql": SQL
                + 'drop table public."orders";\ndrop table ORDERS;\ndrop table "shop"."carts";\n',
            },
            before=TABLES,
        ),
        "statements that come, move, and go": Example(
            {
                **TABLES,
                "backend/app/a.sql": SQL + "create index one on a (x);\ncreate index two on a (y);\n",
                "backend/app/b.sql": SQL + "\ncreate index  one\n on b (x);\ncreate role c;\n",
                "backend/app/d.sql": SQL + "create index one on d (x);\ncreate index two on d (y);\n",
                "backend/app/e.sql": SQL,
            },
            before={
                **TABLES,
                "backend/app/b.sql": SQL + "create index one on b (x);\n",
                "backend/app/d.sql": SQL
                + "create index one on d (x);\ncreate index two on d (y);\ndrop index three on d;\n"
                + "create index four on d (z);\n",
                "backend/app/e.sql": SQL + "\ncreate table e (id int);\n",
            },
        ),
        "models, also in stubs, and without columns": Example(
            {**TABLES, "backend/app/a.py": model("id: int"), "backend/app/b.pyi": model()}, before=TABLES
        ),
        "bound": sw308_table_outside_permit.BAD._replace(task="T-001"),
        "gone": sw308_table_outside_permit.BAD._replace(
            files=sw308_table_outside_permit.BAD.before or {},
            before=sw308_table_outside_permit.BAD.files,
        ),
    },
}

MANY = CONTRACT.replace(
    "parameters:\n",
    "parameters:\n"
    + "".join(f"        - {{name: p{n}, in: query, schema: {{type: string}}}}\n" for n in range(6)),
)
FIVE = MANY.replace("        - {name: p5, in: query, schema: {type: string}}\n", "")
_CARTS = CONTRACT.replace("orders", "carts")
SECOND = "\n### T-002: Count\n\n- **Operations**: `GET /v1/orders`\n"
CONTRACTS: Mapping[str, Mapping[str, Example]] = {
    "SW403": {
        "a mounted folder": Example(
            shop(
                f"{APP}\nfrom fastapi.staticfiles import StaticFiles\n"
                'app.mount("/f", StaticFiles(check_dir=False, directory="f"))\n'
            )
        )
    },
    "SW404": {
        "six differences": Example(shop(contract=MANY)),
        "five": Example(shop(contract=FIVE)),
        "more security": Example(shop(contract=CONTRACT.replace("security: [{bearer: []}]\n", ""))),
        "weaker alone": Example(shop(APP.replace(", dependencies=[Depends(HTTPBearer())]", ""))),
        "weaker, and different": Example(
            shop(APP.replace(", dependencies=[Depends(HTTPBearer())]", "").replace("le=100", "le=9"))
        ),
        "moved": Example(shop(APP.replace('"/v1/orders"', '"/v1/orders/"').replace("le=100", "le=9"))),
        "a parameter beyond the contract": Example(shop(APP.replace("] = 20", "] = 20, page: int = 1"))),
        "a document of its own": Example(shop(APP.replace("FastAPI()", "FastAPI(openapi_url=None)"))),
    },
    "SW406": {
        "and different": Example(shop(APP.replace('"/v1/orders"', '"/v1/orders/"').replace("le=100", "le=9")))
    },
    "SW407": {
        "of two tasks": Example(
            {
                **(files := shop(APP.partition("@app.get")[0], status="open")),
                "specs/tasks.md": files["specs/tasks.md"] + SECOND + "- **Status**: done\n",
            }
        )
    },
    "SW408": {
        "broken": Example(shop(None, contract=CONTRACT.replace("bearer: []", "x: []"), operations="none"))
    },
    "SW409": {
        "added and removed": Example(
            shop(None, contract=CONTRACT.replace("/v1/orders", "/v2/things"), operations="none"),
            before=shop(None, operations="none"),
        ),
        "removed": Example(
            shop(None, contract=f"{CONTRACT.partition('paths:')[0]}paths: {{}}\n", operations="none"),
            before=shop(None, operations="none"),
        ),
        "six differences": Example(
            shop(None, contract=MANY, operations="none"), before=shop(None, operations="none")
        ),
        "prose": Example(
            shop(None, contract=CONTRACT.replace("The orders.", "Orders."), operations="none"),
            before=shop(None, operations="none"),
        ),
        "moved to where a task has it": Example(
            shop(None, contract=CONTRACT.replace("    get:", "    put:"), operations="`PUT /v1/orders`"),
            before=shop(None, operations="none"),
        ),
        "one of two, and a third one": Example(
            {
                **shop(None, contract=CONTRACT.replace("maximum: 100", "maximum: 50"), operations="none"),
                "specs/contracts/carts.yaml": _CARTS,
                "specs/contracts/things.yaml": _CARTS.replace("carts", "things"),
            },
            before={**shop(None, operations="none"), "specs/contracts/carts.yaml": _CARTS},
        ),
        "a first one": Example(
            shop(None, operations="none"),
            before={k: v for k, v in shop(None, operations="none").items() if "openapi" not in k},
        ),
    },
    "SW410": {
        "one of them is a library's": Example(
            shop(f"{APP}\nfrom textwrap import dedent\n\napp.get('/v1/orders')(dedent)\n")
        )
    },
    "SW411": {
        "of two tasks": Example(
            {
                **(files := shop(operations="none")),
                "specs/tasks.md": files["specs/tasks.md"] + SECOND + SECOND.replace("T-002", "T-003"),
            }
        ),
        "a file that names none": Example(shop(APP.replace("T-001", "T-404"))),
    },
}

_OTHER = RECORD_PATH.replace("list-orders", "cancel-orders")
_THIRD = RECORD_PATH.replace("list-orders", "amend-orders")
HISTORY: Mapping[str, Mapping[str, Example]] = {
    "SW801": {
        "done and coded, twice": Example(
            {
                "specs/tasks.md": TASKS.replace("**Status**: open", "**Status**: done"),
                ROUTES: HEADER,
                CARTS: f"\n{HEADER}",
            }
        ),
        "open and coded": Example({ROUTES: f"\n{HEADER}", "backend/app/x.py": HEADER}),
    },
    "SW803": {
        "after one that names none": Example(
            {
                _THIRD: RECORD.replace("tasks:\n- T-001", "tasks: []"),
                RECORD_PATH: RECORD.replace("- T-001", "- T-100"),
            }
        ),
        "two": Example({RECORD_PATH: RECORD.replace("- T-001", "- T-100\n- T-001\n- T-101")}),
        "in the title alone": Example(
            {
                RECORD_PATH: RECORD.replace("tasks:\n- T-001", "tasks: []").replace(
                    "T-001: List", "T-100: List"
                )
            }
        ),
    },
    "SW804": {
        "a test": Example({RECORD_PATH: RECORD.replace("tests: []", "tests:\n- tests/gone.py")}),
        "two files": Example({RECORD_PATH: RECORD.replace("- pyproject.toml", "- a.py\n- b.py")}),
    },
    "SW807": {
        "three, one of them new": Example(
            {RECORD_PATH: RECORD, _OTHER: RECORD, _THIRD: RECORD},
            before={RECORD_PATH: RECORD, _OTHER: RECORD},
        ),
        "of two folders, and without a number": Example(
            {
                RECORD_PATH: RECORD,
                _OTHER.replace("/shop/", "/cart/"): RECORD,
                RECORD_PATH.replace("0001-", ""): RECORD,
                _OTHER.replace("0001-", ""): RECORD,
            }
        ),
    },
    "SW808": {
        "in the first line": Example({RECORD_PATH: f"APP_PASSWORD=hunter2\n{RECORD}"}),
        "two": Example(
            {
                RECORD_PATH: RECORD.replace(
                    "## Prompt\n", "## Prompt\n\nAPP_PASSWORD=hunter2\n\nAPI_TOKEN=abcdefgh1\n"
                )
            }
        ),
    },
}

_PLUGIN = {
    ".claude-plugin/plugin.json": '{"name": "shop"}',
    "hooks/hooks.json": json.dumps(
        {"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "specward-hook stop"}]}]}}
    ),
}
_WITH_SERVER = ENGINEER.replace("Edit\n", "Edit, mcp__specward__brief\n")
_GATE_AS_PLUGIN = {".claude/settings.json": '{"enabledPlugins": {"specward@specward": true}}'}
_SKILL = "---\nname: implement\ndescription: x\ncontext: fork\nagent: {}\n---\nDo.\n"


_OPEN: Mapping[str, object] = {"type": "command", "command": '"$CLAUDE_PROJECT_DIR"/.venv/bin/specward-hook'}
_CLOSED: Mapping[str, object] = {**_OPEN, "command": f"{_OPEN['command']} || exit 2"}


def handler(event: str, **more: object) -> dict[str, str]:
    """Settings with one hook of the gate, and something special about it."""
    return hooks(**{event: [{**_OPEN, **more}]})


def hooks(**events: Sequence[Mapping[str, object]]) -> dict[str, str]:
    """Settings with these hooks at each event."""
    text = json.dumps({"hooks": {event: [{"hooks": some}] for event, some in events.items()}}, indent=1)
    return {".claude/settings.json": text, ".venv/bin/specward-hook": ""}


WIRING: Mapping[str, Mapping[str, Example]] = {
    "SW901": {
        "none": Example({"README.md": "x"}),
        "entries of the wrong shape": Example({**settings(), **local(hooks={"Stop": "no"}, permissions=[])}),
    },
    "SW902": {
        "in simple form": Example({**settings(), **local(env={"CLAUDE_CODE_SIMPLE": "1"})}),
        "both": Example({**settings(), **local(env={"CLAUDE_CODE_SIMPLE": "yes"}, disableAllHooks=True)}),
        "not in simple form": Example({**settings(), **local(env={"CLAUDE_CODE_SIMPLE": "false"})}),
        "nor so": Example(
            {**settings(env={"CLAUDE_CODE_SIMPLE": "0"}), **local(env={"CLAUDE_CODE_SIMPLE": ""})}
        ),
    },
    "SW903": {
        "two": Example(settings(events={"Stop": "", "PreToolUse": "*"})),
        "none at all": Example({".claude/settings.json": "{}\n"}),
        "missing": Example({"README.md": "x"}),
        "broken": Example({".claude/settings.json": "{\n"}),
        "a plugin": Example({**_PLUGIN, ".claude/settings.json": "{}\n"}),
    },
    "SW904": {
        "an event like none": Example(settings(events={**EVENTS, "Breakfast": "", "stop": ""})),
        "a matcher where none counts": Example(settings(events={**EVENTS, "Stop": "MultiEdit"})),
    },
    "SW905": {
        "a condition": Example({**handler("PreToolUse", **{"if": "Write(*)"})}),
        "the other events": Example(
            settings(events={"PostToolUse": "Read", "SubagentStop": "x", "ConfigChange": "user_settings"})
        ),
    },
    "SW906": {
        "no command": Example(handler("Stop", type="prompt", prompt="specward")),
        "no program, at two events": Example(
            {
                ".claude/settings.json": settings(command='"$CLAUDE_PROJECT_DIR"/bin/python -m specward')[
                    ".claude/settings.json"
                ]
            }
        ),
        "the wrong form": Example(handler("Stop", args=["-x"])),
        "no script, and it refuses": Example(
            handler("Stop", command='python3 "$CLAUDE_PROJECT_DIR"/specward-hook.py || exit 2')
        ),
    },
    "SW907": {
        "beside the call": Example(handler("PreToolUse", **{"async": True})),
        "deaf to what the handler says": Example(handler("Stop", onFailure="block")),
        "not deaf": Example(handler("PostToolUse", onFailure="block")),
        "open": Example(handler("Stop")),
        "several at one event": Example(
            hooks(
                PreToolUse=[_CLOSED], PostToolUse=[_CLOSED, {**_CLOSED, "async": True}], Stop=[_CLOSED, _OPEN]
            )
        ),
    },
    "SW908": {
        "modes": Example(
            {
                **settings(permissions={"defaultMode": "auto"}),
                **local(permissions={"defaultMode": "bypassPermissions"}),
            }
        ),
        "a mode that asks": Example(settings(permissions={"defaultMode": "plan"})),
        "edits": Example(
            settings(
                permissions={
                    "allow": [
                        "Edit(./**/*)",
                        "Write(/)",
                        "Edit(*)",
                        "NotebookEdit(history/a)",
                        "Edit(/backend/specs.py)",
                    ]
                }
            )
        ),
        "shells": Example(
            settings(
                permissions={
                    "allow": [
                        "Bash(env zsh)",
                        "Bash(xargs rm)",
                        "Bash(eval x)",
                        "Bash(python3.11 -c x)",
                        "Bash(python x.py)",
                        "Bash( )",
                    ]
                }
            )
        ),
    },
    "SW911": {
        "none": Example({"README.md": "x"}),
        "two of a name, and one unread": Example(
            {
                AGENT: ENGINEER,
                ".claude/agents/a.md": ENGINEER,
                ".claude/agents/b.md": ENGINEER.replace("description: Impl", 'description: "Impl'),
            }
        ),
        "another alone": Example({".claude/agents/a.md": ENGINEER.replace("backend-engineer", "reviewer")}),
        "under another file's name": Example({".claude/agents/a.md": ENGINEER}),
        "another name in its file": Example({AGENT: ENGINEER.replace("backend-engineer", "reviewer")}),
        "two, and a plugin's of the same name": Example(
            {**_PLUGIN, "agents/a.md": ENGINEER, AGENT: ENGINEER, ".claude/agents/a.md": ENGINEER}
        ),
        "the gate's plugin": Example(_GATE_AS_PLUGIN),
        "a plugin's": Example({**_PLUGIN, "agents/a.md": ENGINEER.replace("backend-engineer", "reviewer")}),
    },
    "SW912": {
        "no tools": Example({AGENT: ENGINEER.replace("tools: Read, Grep, Glob, Write, Edit\n", "")}),
        "all tools": Example(
            {
                AGENT: ENGINEER.replace("Read, Grep", "'*', Grep")
                .replace("tools: ", "tools: [")
                .replace("Edit\n", "Edit]\n")
            }
        ),
        "another agent": Example(
            {
                AGENT: ENGINEER,
                ".claude/agents/a.md": ENGINEER.replace("backend-engineer", "reviewer").replace(
                    "Read", "Bash, MultiEdit"
                ),
                ".claude/agents/b.md": ENGINEER.replace("name: backend-engineer\n", "").replace(
                    "Read", "Bash"
                ),
            }
        ),
        "after one that is not read": Example(
            {
                ".claude/agents/a.md": ENGINEER.replace("description: Impl", 'description: "Impl'),
                AGENT: ENGINEER.replace("Read", "MultiEdit"),
            }
        ),
        "each shell": Example({AGENT: ENGINEER.replace("Read", "Monitor, KillShell, BashOutput, Bash")}),
    },
    "SW913": {
        "hooks in the head alone": Example({AGENT: ENGINEER.replace("tools:", "hooks: {Stop: []}\ntools:")}),
        "hooks in both": Example(
            {**settings(), AGENT: ENGINEER.replace("tools:", "hooks: {Stop: []}\ntools:")}
        ),
        "another agent": Example(
            {
                ".claude/agents/a.md": ENGINEER.replace("backend-engineer", "reviewer").replace(
                    "tools:", "permissionMode: auto\nhooks: {Stop: []}\ntools:"
                )
            }
        ),
        "modes": Example(
            {
                **settings(),
                AGENT: ENGINEER.replace("tools:", "permissionMode: dontAsk\ntools:"),
                ".claude/agents/a.md": ENGINEER.replace("tools:", "permissionMode: auto\ntools:"),
                ".claude/agents/b.md": ENGINEER.replace("tools:", "permissionMode: plan\ntools:"),
            }
        ),
        "a plugin's": Example(
            {
                **_PLUGIN,
                "agents/a.md": ENGINEER.replace(
                    "tools:", "hooks: {}\nmcpServers: {}\npermissionMode: auto\ntools:"
                ),
            }
        ),
        "the gate's plugin, and a head": Example(
            {**_GATE_AS_PLUGIN, AGENT: ENGINEER.replace("tools:", "hooks: {Stop: []}\ntools:")}
        ),
        "a plugin's hooks, and a head": Example(
            {
                **_PLUGIN,
                AGENT: ENGINEER.replace("tools:", "hooks: {Stop: []}\ntools:"),
            }
        ),
    },
    "SW914": {
        "nobody": Example({".claude/skills/a/SKILL.md": _SKILL.format("")}),
        "somebody, and nobody": Example(
            {
                AGENT: ENGINEER,
                ".claude/skills/a/SKILL.md": _SKILL.format("backend-engineer"),
                ".claude/skills/b/SKILL.md": _SKILL.format("reviewer"),
            }
        ),
        "the client's own": Example(
            {
                f".claude/skills/{name}/SKILL.md": _SKILL.format(name)
                for name in ("general-purpose", "claude", "Explore", "Plan", "statusline-setup")
            }
        ),
        "a plugin's": Example(
            {
                **_PLUGIN,
                "agents/a.md": ENGINEER,
                "skills/a/SKILL.md": _SKILL.format("backend-engineer"),
                "skills/b/SKILL.md": _SKILL.format("shop:backend-engineer"),
            }
        ),
        "an agent that is not read": Example(
            {
                AGENT: ENGINEER.replace("description: Impl", 'description: "Impl'),
                ".claude/skills/a/SKILL.md": _SKILL.format("backend-engineer"),
            }
        ),
    },
    "SW916": {
        "missing": Example({**settings(), AGENT: _WITH_SERVER}),
        "turned off": Example(
            {**settings(), AGENT: _WITH_SERVER, **tool_server(), **local(disabledMcpjsonServers=["specward"])}
        ),
        "not needed": Example({**settings(), AGENT: ENGINEER}),
        "no engineer": Example(settings()),
    },
    "SW921": {
        "no engineer": Example({"README.md": "x"}),
        "one that is not read": Example({AGENT: ENGINEER.replace("description: Impl", 'description: "Impl')}),
    },
}

_LIMITS = "backend/app/orders/limits.py"
_RUFF = SPECS["pyproject.toml"] + '[tool.ruff.lint]\nselect = ["F", "D1"]\n'
QUALITY: Mapping[str, Mapping[str, Example]] = {
    "SW701": {
        "docstrings are for another rule": Example(
            {"pyproject.toml": _RUFF, _LIMITS: f"{HEADER}import os\n\ndef f() -> int:\n    return 1\n"}
        ),
        "no linter": Example({_LIMITS: f"{HEADER}import os\n"}),
    },
    "SW703": {
        "and nothing else": Example(
            {"pyproject.toml": _RUFF, _LIMITS: f"{HEADER}import os\n\ndef f() -> int:\n    return 1\n"}
        ),
        "files that are no Python, or no text": Example(
            {"pyproject.toml": _RUFF, "backend/app/a.txt": "def f():\n", "backend/app/b.py": "\0"}
        ),
    },
    "SW704": {
        "both": Example(
            {
                "pyproject.toml": SPECS["pyproject.toml"]
                + '[tool.specward.quality]\ntypes = ["no-such-checker"]\nlint = ["no-such-linter"]\n',
                _LIMITS: f"{HEADER}LIMIT = 50\n",
            }
        )
    },
    "SW705": {
        "a code and no reason, and all of a file": Example(
            {"pyproject.toml": _RUFF, _LIMITS: f"{HEADER}import os  # noqa: F401\n\n# ruff: noqa\n"}
        ),
        "a tool that the project does not use": Example(
            {"pyproject.toml": _RUFF, _LIMITS: f"{HEADER}LIMIT: int = ''  # type: ignore\n"}
        ),
    },
}

VERSIONS = "backend/app/migrations/versions"


def revision(name: str, follows: str | None, *, lines: int = 0) -> str:
    """One revision of a chain."""
    return HEADER + "\n" * lines + f"revision = {name!r}\ndown_revision = {follows!r}\n"


SCHEMA: Mapping[str, Mapping[str, Example]] = {
    "SW502": {
        "three heads": Example({f"{VERSIONS}/{n}.py": revision(str(n), None, lines=n) for n in range(3)}),
        "one that follows nothing, and twins": Example(
            {
                f"{VERSIONS}/a.py": revision("a", None),
                f"{VERSIONS}/b.py": revision("b", "gone", lines=1),
                f"{VERSIONS}/c.py": revision("b", "a", lines=2),
            }
        ),
        "none": Example({f"{VERSIONS}/a.py": f"{HEADER}X = 1\n"}),
        "two databases": Example(
            {
                f"{VERSIONS}/a.py": revision("a", None),
                "backend/app/tenants/versions/a.py": revision("a", None, lines=1),
            }
        ),
    },
}

ISOLATION: Mapping[str, Mapping[str, Example]] = {
    "SW608": {
        "no Python that can be parsed": Example({ROUTES: f"{HEADER}X = 1\ndef f(:\n"}),
        "no text, which is another rule's": Example({ROUTES: f"{HEADER}X = '\0'\n"}),
        "nothing, and a byte order mark": Example({ROUTES: f"\ufeff{HEADER}", CARTS: ""}),
    },
}

CORNERS: Mapping[str, Mapping[str, Example]] = {
    **TRACE,
    **GATE,
    **APPROVAL,
    **SCOPE,
    **CONTRACTS,
    **HISTORY,
    **WIRING,
    **QUALITY,
    **SCHEMA,
    **ISOLATION,
}
