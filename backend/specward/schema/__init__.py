"""The approved data model, the application's models and its migrations: three descriptions of one database.

Each builds a scratch database, and what they do not have in common is found in PostgreSQL's own words.
Where no database is built, what they state beyond doubt is held against each other.
"""

DATA_MODEL = "data-model"

NOT_READ = "The tables were not compared with a data model: there is no specs/data-model.md."
NO_MODELS = 'No models were read: name the application, `app = "app.main:app"`, under [tool.specward].'
NOT_BUILT = (
    "No database was built, so the schema was compared only as far as it is written out. `specward check "
    "--database` also "
    "sees checks, defaults, enums, collations, predicates of indexes, what the data model says in SQL, row "
    "security, triggers, views, grants, and what the migrations do, there and back."
)
