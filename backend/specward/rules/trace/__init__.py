"""SW1: every file of the territory says which task it implements, and on which sections that rests."""
