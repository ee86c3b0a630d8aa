"""`python -m specward`: the command line of a chosen interpreter."""

from specward.cli import main

if __name__ == "__main__":
    main()
