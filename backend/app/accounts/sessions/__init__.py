"""
[Task]: T-102
[From]: speckit.specify §2.2, §2.3
[Description]: Sessions and their refresh tokens.
"""
