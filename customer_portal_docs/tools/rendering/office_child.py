"""The process that becomes LibreOffice: it may reach no network, and has limits.

Started by :mod:`.process` as a program of its own: the program to become, and its arguments.
"""

import os
import sys

if __name__ == "__main__":
    # Odoo is not imported: only what lies beside this file
    sys.path.append(os.path.dirname(os.path.dirname(__file__)))
    from rendering import sandbox

    sandbox.confine_program()
    os.execv(sys.argv[1], sys.argv[1:])
