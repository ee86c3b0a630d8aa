"""How the client reads a decision about a tool call; on the fast path, so with built-in modules alone."""

import _json


def answer(decision: str, reason: str, changed: str = "") -> str:
    """Write a decision as the client reads it; nothing where there is none.

    Args:
        decision: allow or deny.
        reason: why.
        changed: the call's input as it shall be instead, in JSON; empty: as it is.
    """
    if not decision:
        return ""
    instead = f',"updatedInput":{changed}' if changed else ""
    return (
        '{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"'
        f'{decision}","permissionDecisionReason":{_json.encode_basestring_ascii(reason)}{instead}}}}}'
    )
