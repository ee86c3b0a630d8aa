"""
[Task]: T-113
[From]: speckit.specify §2.11
[Description]: Accounts of external issuers.
"""
