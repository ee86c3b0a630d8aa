"""
[Task]: T-001
[From]: speckit.plan §1.1
[Description]: What the slices share. Slices import core; core imports no slice.
"""
