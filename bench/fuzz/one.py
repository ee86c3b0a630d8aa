"""Fuzz one reader, guided by coverage: `bench.fuzz.run` starts this for each target."""

import sys

import atheris

with atheris.instrument_imports(include=["specward", "tomllib"]):
    from bench.fuzz.targets import hold, named

    import specward.specs.contracts
    import specward.specs.sections
    import specward.specs.tasks  # noqa: F401 -- these are imported late, when nothing is instrumented any more


def main() -> None:
    target = named(sys.argv.pop(1))
    atheris.Setup(sys.argv, lambda data: hold(target, data))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
