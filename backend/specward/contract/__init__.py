"""API contracts: a document or a running application in, canonical facts and their differences out."""

_NOT_HELD = "The API was not compared with a contract:"
NO_CONTRACT = f"{_NOT_HELD} there is no specs/contracts/openapi.yaml."
NO_CONTRACT_READ = f"{_NOT_HELD} none is readable."
NO_APPLICATION = f'{_NOT_HELD} name the application, `app = "app.main:app"`, under [tool.specward].'
