"""YAML nested beyond reason: libyaml builds it recursively, and its stack has no exception to raise."""

import yaml

DEEPEST = 100
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def refuse_deep(text: str) -> None:
    """Look at a YAML text's events, which are read without recursion, before anything is built of them.

    Raises:
        ValueError: it is nested more than `DEEPEST` deep.
        yaml.YAMLError: it is no YAML.
    """
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise ValueError(f"it is nested too deeply: nested more than {DEEPEST} deep")
