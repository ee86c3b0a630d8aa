"""The script that Claude Code runs at every hook event: `python -I -S hook.py [PART] < event.json`.

It is compiled at each call, so it only finds its package and hands over. Whatever goes wrong ends in exit 2,
the one code that every client version takes as "blocked".
"""

import sys

sys.path.insert(0, __file__.rpartition("/specward/")[0])

try:
    from specward.agent.fast import main

    code = main(sys.argv[1:])
except Exception as error:  # noqa: BLE001 (a gate that breaks must refuse, whatever broke)
    sys.stderr.write(f"Specward could not check this, so it is refused: {type(error).__name__}: {error}\n")
    code = 2
sys.exit(code)
