"""
[Task]: T-083, T-087
[From]: speckit.specify §4.6, §4.9
[Description]: Which kinds of notifications reach their owner by which channel.
"""
