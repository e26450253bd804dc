"""nginx for tests and benchmarks: the machine's, else Debian's package; never as a service."""

import os
import shutil

from .debian import fetch_with_dependencies, is_debian, triplet
from .errors import MissingToolError
from .files import finished_folder, locked, write_atomically
from .paths import Paths

BESIDE_PATH = ("/usr/local/sbin", "/usr/sbin", "/sbin")
UNPACKED = """\
#!/bin/sh
root="$(dirname "$(dirname "$(readlink -f "$0")")")/root"
export LD_LIBRARY_PATH="$root/usr/lib/{triplet}:$root/lib/{triplet}"
exec "$root/usr/sbin/nginx" "$@"
"""


def nginx():
    """Return the path of the nginx to test with, as text.

    :raise MissingToolError: if there is none; ``./setup/test`` brings one
    """
    found = _find() or shutil.which("nginx", path=_folder(Paths.default()))
    if not found:
        raise MissingToolError("There is no nginx here: ./setup/test brings one.")
    return found


def _find():
    """Return the machine's nginx; people other than root often miss its folder in ``PATH``."""
    path = [os.environ.get("PATH", os.defpath), *BESIDE_PATH]
    return shutil.which("nginx", path=os.pathsep.join(path))


def _folder(paths):
    """Return where an nginx is that we brought."""
    return paths.cache / "nginx" / "bin"


def provide_nginx(paths, console):
    """Bring an nginx if there is none.

    Unpacked, for root too: installed, Debian's package would start a server on port 80.

    :raise MissingToolError: if there is none and none can be brought
    """
    if _find() or shutil.which("nginx", path=_folder(paths)):
        return
    if not is_debian():
        raise MissingToolError(
            "The tests of downloads need nginx: install it (its command is `nginx`)."
        )
    console.step("nginx")
    with locked(paths.cache / "nginx.lock"):
        if not _folder(paths).exists():
            with finished_folder(_folder(paths).parent) as work:
                fetch_with_dependencies("nginx", work, console)
                script = UNPACKED.format(triplet=triplet())
                write_atomically(work / "bin/nginx", script, mode=0o755)
    console.done()
