"""
[Task]: T-113
[From]: speckit.specify §2.11
[Description]: Tokens of other issuers.
"""
