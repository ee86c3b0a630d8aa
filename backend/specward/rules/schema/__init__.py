"""Whether the data model, the models and the migrations describe one database."""
