"""The approved data model, the application's models and its migrations: three descriptions of one database.

Each builds a scratch database, and what they do not have in common is found in PostgreSQL's own words.
"""

DATA_MODEL = "data-model"

NOT_READ = "No data model was read: that needs specs/data-model.md."
NOT_BUILT = (
    "No database was built, so the data model, the models and the migrations were not held against each "
    "other, nor row security against the owners: `specward check --database` does both."
)
