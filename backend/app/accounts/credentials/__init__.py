"""
[Task]: T-106
[From]: speckit.specify §2.6
[Description]: The address and the password of an account, and the mails that prove whose they are.
"""
