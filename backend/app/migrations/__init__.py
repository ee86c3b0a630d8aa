"""
[Task]: T-002
[From]: speckit.plan §2.5
[Description]: Alembic's environment and the revisions.
"""
