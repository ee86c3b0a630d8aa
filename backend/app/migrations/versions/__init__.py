"""
[Task]: T-002
[From]: speckit.plan §2.5
[Description]: The revisions, each traced to its task.
"""
