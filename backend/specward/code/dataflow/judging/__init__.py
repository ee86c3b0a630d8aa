"""All routes of a project: interpreted, by several processes where it is long, and kept."""
