"""SW3: every change lies within the permit of the task it is made for."""
