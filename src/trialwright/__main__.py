"""`python -m trialwright` is the command line."""

import sys

from trialwright.cli import main

if __name__ == "__main__":
    sys.exit(main())
