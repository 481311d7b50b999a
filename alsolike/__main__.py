"""`python -m alsolike` is the `alsolike` command."""

from alsolike.cli import main

if __name__ == "__main__":
    main()
