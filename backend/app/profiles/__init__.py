"""
[Task]: T-042
[From]: speckit.specify §3.1
[Description]: The caller's own profile.
"""
