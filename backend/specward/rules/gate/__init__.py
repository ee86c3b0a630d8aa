"""SW0: exceptions to the rules are few, reasoned, and used."""
