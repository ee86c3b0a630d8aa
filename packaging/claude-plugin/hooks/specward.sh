#!/bin/sh
# Every hook of the plugin runs this: it asks the project's own gate, and refuses when that does not answer.
#
# The gate is the one in the project's environment, so that hooks, pre-commit and CI judge by the same version.
# A project without settings for it has not adopted it, and is left alone; one whose own hooks run the gate
# (`specward init`) is not asked twice. As in the project's own hooks, only exit 2 means "blocked".

project=$CLAUDE_PROJECT_DIR
[ -f "$project/specward.toml" ] || grep -qs '^\[tool\.specward' "$project/pyproject.toml" || exit 0
grep -qsF .claude/hooks/specward.sh "$project/.claude/settings.json" && exit 0

ask() {
    for environment in "$project/.venv" "$project/venv" "$project/backend/.venv"; do
        for script in "$environment"/lib/python3*/site-packages/specward/agent/hook.py; do
            [ -f "$script" ] || continue
            "$environment/bin/python" -I -S "$script" "$@"
            return
        done
        [ -x "$environment/bin/specward" ] || continue
        "$environment/bin/specward" hook "$@"
        return
    done
    specward hook "$@"
}

ask "$@"
code=$?
[ "$code" = 0 ] && exit 0
[ "$code" = 2 ] || echo "Specward: the gate did not answer, so nothing goes on. Install specward in .venv." >&2
exit 2
