"""
[Task]: T-087
[From]: speckit.plan §5.3
[Description]: What is done for each account once a day.
"""
