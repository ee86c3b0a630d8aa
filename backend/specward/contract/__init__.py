"""API contracts: a document or a running application in, canonical facts and their differences out."""

_NOT_HELD = "What the application serves was not held against a contract:"
NO_CONTRACT = f"{_NOT_HELD} that needs specs/contracts/openapi.yaml."
NO_CONTRACT_READ = f"{_NOT_HELD} none can be read."
NO_APPLICATION = f'{_NOT_HELD} that needs `app = "app.main:app"` under [tool.specward].'
