"""SW8xx history: a record for each piece of agent work, valid, naming task and files."""
