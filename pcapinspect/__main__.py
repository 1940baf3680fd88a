"""`python -m pcapinspect`."""

from __future__ import annotations

import sys

from pcapinspect.cli import main

sys.exit(main())
