"""The process that becomes LibreOffice: it may reach no network nor others' files, and has limits.

Started by :mod:`.process` as a program of its own: the folder that it works in, the program to
become, and its arguments.
"""

import os
import sys

if __name__ == "__main__":
    # Odoo is not imported: only what lies beside this file
    sys.path.append(os.path.dirname(os.path.dirname(__file__)))
    from rendering import sandbox

    folder, program, *arguments = sys.argv[1:]
    sandbox.confine_program(program, folder)
    os.execv(program, [program, *arguments])
