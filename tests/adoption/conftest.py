"""The project with specifications is the one of the client's tests."""

from tests.client.conftest import project, template

__all__ = ["project", "template"]
