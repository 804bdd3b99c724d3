"""``python3 -m process_isolation_pihost``, or ``python3 <this folder>``: the isolated process."""

import os
import sys

if not __package__:
    # Run as a folder: the package is one level up, and its rooms are no top-level modules.
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from process_isolation_pihost.process import main

sys.exit(main())
