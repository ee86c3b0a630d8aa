"""The approved data model, the application's models and its migrations: three descriptions of one database.

Each builds a scratch database, and what they do not have in common is found in PostgreSQL's own words.
Where no database is built, what they state beyond doubt is held against each other.
"""

DATA_MODEL = "data-model"

NOT_READ = "No data model was read: that needs specs/data-model.md."
NO_MODELS = 'No models were read: that needs `app = "app.main:app"` under [tool.specward].'
NOT_BUILT = (
    "No database was built: the models were held against the data model in tables, columns, types, null or "
    "not null, keys, references, unique values and plain indexes alone, the migrations in the tables they "
    "name. Not seen were checks, values of defaults and enums, collations, predicates and expressions of "
    "indexes, tables that the data model makes in SQL, all else that the migrations do, their way back, row "
    "security, policies, triggers, functions, views and grants: `specward check --database` sees them."
)
