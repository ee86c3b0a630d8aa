"""What the commands do, apart from how their options are spelt (that is `cli`)."""
