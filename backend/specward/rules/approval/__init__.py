"""SW2: every task that code implements is approved by a person, as it stands today."""
