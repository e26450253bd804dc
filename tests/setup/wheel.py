"""A tiny Python package."""

import zipfile

INFO = "tiny-1.0.dist-info"


def make_wheel(folder):
    """Write the wheel of ``tiny`` 1.0 into ``folder`` and return its path."""
    path = folder / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("tiny.py", "")
        wheel.writestr(
            f"{INFO}/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n"
        )
        wheel.writestr(
            f"{INFO}/WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        wheel.writestr(f"{INFO}/RECORD", "")
    return path
