"""What the process that reads strangers' files may do: compute, and nothing else.

Standard library only: the child imports this before it knows anything of Odoo.
"""

import contextlib
import ctypes
import os
import platform
import resource
import struct

#: Of addresses, which is what a process can take of memory, in bytes.
MEMORY_BYTES = 1024**3
#: Of a processor.
CPU_SECONDS = 10
#: The same of an office suite, and the largest file that it writes.
OFFICE_MEMORY_BYTES, OFFICE_CPU_SECONDS, OFFICE_FILE_BYTES = (
    4 * 1024**3,
    120,
    256 * 1024**2,
)
#: Fonts, libraries and caches that a drawing program opens late.
READABLE = ("/usr", "/lib", "/lib64", "/etc/fonts")
#: Of an office suite as well: programs that it starts, its settings, and where distributions keep
#: what it and its fonts make of themselves.
OFFICE_READABLE = (
    "/bin",
    "/dev/random",
    "/dev/urandom",
    "/etc/ld.so.cache",
    "/etc/libreoffice",
    "/etc/localtime",
    "/etc/papersize",
    "/var/cache/fontconfig",
    "/var/lib/libreoffice",
    "/var/spool/libreoffice",
)

_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _SECCOMP_MODE_FILTER = 22, 38, 2
_ALLOW, _KILL, _REFUSE, _ABSENT = 0x7FFF0000, 0x80000000, 0x50000 | 1, 0x50000 | 38
_LOAD, _EQUAL, _AT_LEAST, _HAS_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_CLONE_THREAD, _CLONE3 = 0x10000, 435
#: By architecture: its mark, the number of `clone`, and what is refused: sockets, other programs
#: and processes, other people's memory, by the numbers of Linux
#: (arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h).
_CALLS = {
    "x86_64": (
        0xC000003E,
        56,
        "41 42 43 44 45 46 47 49 50 53 57 58 59 62 101 165 200 234 248 250 272 288 298 299"
        " 304 307 310 311 321 322 323 424 425",
    ),
    "aarch64": (
        0xC00000B7,
        220,
        "40 97 117 129 130 131 198 199 200 201 202 203 206 207 211 212 217 219 221 241 242"
        " 243 265 269 270 271 280 281 282 424 425",
    ),
}
#: `socket` and `connect`, and what does both unseen.
_SOCKET = {"x86_64": (41, 42), "aarch64": (198, 203)}
_IO_URING_SETUP = 425
# landlock: linux/landlock.h
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION = 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_REMOVE_FILE, _MAKE_SOCKET, _TRUNCATE = 1 << 5, 1 << 9, 1 << 14
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE
#: Sockets without a path, and signals, of processes outside.
_SCOPES = 1 | 2


def enclose(readable):
    """Give up, for good, all that drawing does not need.

    Memory and time have a limit; no sockets, programs, processes nor new files; of those that are
    there, only what lies below some directories can be read. Where the kernel cannot refuse
    sockets, nothing at all is opened any more.

    :param readable: list of str, directories
    """
    _limit(resource.RLIMIT_AS, MEMORY_BYTES)
    _limit(resource.RLIMIT_CPU, CPU_SECONDS)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    libc = ctypes.CDLL(None, use_errno=True)
    with contextlib.suppress(AttributeError):  # (only Linux has it)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        rules = [(path, _READ_FILE | _READ_DIR) for path in (*READABLE, *readable)]
        _restrict_files(libc, rules)
    if not _refuse_calls(libc):
        _limit(resource.RLIMIT_NOFILE, 0)
        _limit(resource.RLIMIT_NPROC, 0)


def confine_program(program, folder):
    """Limit what a whole office suite takes, and what it and its children reach.

    No network and nobody else's sockets, such as the database's; of files, what it consists of,
    and one folder. A document may name files of this host, to be drawn into it.

    :param str program: path of the suite
    :param str folder: where it reads and writes
    """
    _limit(resource.RLIMIT_AS, OFFICE_MEMORY_BYTES)
    _limit(resource.RLIMIT_CPU, OFFICE_CPU_SECONDS)
    _limit(resource.RLIMIT_FSIZE, OFFICE_FILE_BYTES)
    _limit(resource.RLIMIT_CORE, 0)
    libc = ctypes.CDLL(None, use_errno=True)
    with contextlib.suppress(AttributeError):
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        _restrict_files(libc, _get_office_rules(program, folder))
    if platform.machine() in _CALLS and platform.system() == "Linux":
        architecture, _clone, _refused = _CALLS[platform.machine()]
        _install(libc, _make_network_filter(architecture, *_SOCKET[platform.machine()]))


def _get_office_rules(program, folder):
    own = (*READABLE, *OFFICE_READABLE, _find_installation(program))
    return [
        *((path, _READ_FILE | _READ_DIR | _EXECUTE) for path in own),
        ("/dev/null", _READ_FILE | _WRITE_FILE),
        # where it makes a socket first of all, to know whether it runs already
        ("/tmp", _MAKE_SOCKET | _REMOVE_FILE),
        (folder, ~_EXECUTE),
    ]


def _find_installation(program):
    """Return what a suite consists of where it is not a package of the system, as in /opt."""
    program = os.path.realpath(program)
    folder = os.path.dirname(program)
    return os.path.dirname(folder) if folder.endswith("/program") else program


def _limit(what, most):
    with contextlib.suppress(ValueError, OSError):
        _soft, hard = resource.getrlimit(what)
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        resource.setrlimit(what, (most, most))


def _restrict_files(libc, rules):
    """Have the kernel refuse files but these, as far as it can.

    :param rules: list of (str path, int what may be done there)
    """
    version = libc.syscall(_CREATE_RULESET, None, 0, _ASK_VERSION)
    # each version knows one more, up to that which keeps files from being emptied
    handled = (1 << min(12 + version, 15)) - 1
    ruleset = _create_ruleset(libc, handled, _SCOPES if version >= 6 else 0)
    if ruleset < 0:
        return
    for path, access in rules:
        with contextlib.suppress(OSError):
            place = os.open(path, os.O_PATH | os.O_CLOEXEC)
            if not os.path.isdir(path):
                access &= _OF_FILES
            rule = struct.pack("=Qi", access & handled, place)
            libc.syscall(_ADD_RULE, ruleset, 1, rule, 0)
            os.close(place)
    libc.syscall(_RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def _create_ruleset(libc, handled, scopes):
    # struct landlock_ruleset_attr, which older kernels know the beginning of
    attributes = struct.pack("QQQ", handled, 0, scopes)
    size = len(attributes) if scopes else 8
    # fails as well where the kernel has none of it
    return libc.syscall(_CREATE_RULESET, attributes, size, 0)


def _refuse_calls(libc):
    """Have the kernel refuse calls; return whether it does."""
    if platform.system() != "Linux" or platform.machine() not in _CALLS:
        return False
    architecture, clone, numbers = _CALLS[platform.machine()]
    refused = [int(number) for number in numbers.split()]
    return _install(libc, _make_filter(architecture, clone, refused))


def _install(libc, program):
    code = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    return libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, header, 0, 0) == 0


def _make_filter(architecture, clone, refused):
    """Return a program of the Berkeley packet filter: see seccomp(2).

    Threads are allowed, which some decoders start; what `clone3` starts cannot be seen, and libc
    does without where there is none.
    """
    steps = [
        (_LOAD, 4),  # the architecture
        (_EQUAL, architecture, None, "kill"),
        (_LOAD, 0),  # the number of the call
        (_AT_LEAST, 0x40000000, "refuse", None),  # another set of numbers (x32)
        (_EQUAL, _CLONE3, "absent", None),
        *((_EQUAL, number, "refuse", None) for number in refused),
        (_EQUAL, clone, None, "allow"),
        (_LOAD, 16),  # its flags
        (_HAS_BIT, _CLONE_THREAD, "allow", "refuse"),
    ]
    return _assemble(steps)


def _make_network_filter(architecture, socket, connect):
    """Return a program that refuses sockets but those within the host (AF_UNIX), and others' too.

    LibreOffice listens at one of its own. It connects to that one when it ends, but closes it all
    the same (sal/osl/unx/pipe.cxx).
    """
    return _assemble(
        [
            (_LOAD, 4),
            (_EQUAL, architecture, None, "kill"),
            (_LOAD, 0),
            (_AT_LEAST, 0x40000000, "refuse", None),
            (_EQUAL, _IO_URING_SETUP, "absent", None),
            (_EQUAL, connect, "refuse", None),
            (_EQUAL, socket, None, "allow"),
            (_LOAD, 16),  # of which family
            (_EQUAL, 1, "allow", "refuse"),
        ]
    )


def _assemble(steps):
    ends = {"allow": _ALLOW, "refuse": _REFUSE, "absent": _ABSENT, "kill": _KILL}
    places = {name: len(steps) + place for place, name in enumerate(ends)}
    steps += [(_RETURN, answer) for answer in ends.values()]
    return b"".join(
        struct.pack("HBBI", code, *_get_jumps(places, index, *names), value)
        for index, (code, value, *names) in enumerate(steps)
    )


def _get_jumps(places, index, *names):
    """Return how many steps are left out where a condition is true, and where it is not."""
    jumps = [places[name] - index - 1 if name else 0 for name in names]
    return jumps or [0, 0]
