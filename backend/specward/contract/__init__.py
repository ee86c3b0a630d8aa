"""API contracts: a document or a running application in, canonical facts and their differences out."""

NOT_HELD = (
    "What the application serves was not held against a contract: that needs specs/contracts/openapi.yaml "
    'and `app = "app.main:app"` under [tool.specward].'
)
