"""
[Task]: T-001
[From]: speckit.plan §1.1
[Description]: The reference backend: accounts, profiles, notifications.
"""
