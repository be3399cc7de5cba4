"""The console command's first steps: a long command heeds signals before anything large is read."""

import sys

from api.stopping import STOPPING


def main() -> None:
    """Run the command that this process was started for."""
    STOPPING.heed("".join(sys.argv[1:2]))
    from api.cli import main

    main()


if __name__ == "__main__":
    main()
