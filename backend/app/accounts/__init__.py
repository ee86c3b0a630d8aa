"""
[Task]: T-101
[From]: speckit.plan §3.2
[Description]: Accounts: registering, logging in, and who is asking.
"""
