"""Whether the database itself keeps users apart, read from the catalogue of the migrated scratch database."""
