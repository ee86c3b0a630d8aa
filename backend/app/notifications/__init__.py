"""
[Task]: T-078
[From]: speckit.specify §4.1
[Description]: The caller's notifications.
"""
