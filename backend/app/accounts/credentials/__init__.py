"""
[Task]: T-106, T-107
[From]: speckit.specify §2.6, §2.7
[Description]: The address and the password of an account, and the mails that prove whose they are.
"""
