"""
[Task]: T-004
[From]: speckit.specify §6.2, speckit.plan §4.5
[Description]: The same key, the same answer.
"""
