#!/bin/sh
# Every hook of .claude/settings.json runs this: it asks the gate, and refuses when the gate does not answer.
#
# For the client only exit 2 means "blocked"; any other failure counts as consent (before 2.1.295 always, since
# then unless `onFailure: block` is set). So whatever is not the gate's own answer becomes exit 2 here: a missing
# interpreter or script, a crash, and a hang too, which the gate's own alarm ends before the client's time-out.
# settings.json adds `|| exit 2` and `onFailure: block` for the case that this file itself is missing. That is one
# handler per event for old and new clients; the exec form beside it would run the gate twice where both are known.

"$CLAUDE_PROJECT_DIR"/.venv/bin/python -I -S "$CLAUDE_PROJECT_DIR"/backend/specward/agent/hook.py "$@"
code=$?
[ "$code" = 0 ] && exit 0
[ "$code" = 2 ] || echo "Specward: the gate did not answer, so nothing goes on. Install the project's environment." >&2
exit 2
