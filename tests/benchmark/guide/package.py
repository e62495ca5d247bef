"""Zips files and directories at Lambda's compression: package.py ZIP BASE NAME...

Prints nothing; bytecode is left out, as it is in a deployment package that shall be small.
"""

import pathlib
import sys
import zipfile


def main(target, base, *names):
    base = pathlib.Path(base)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in names:
            path = base / name
            for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
                if file.is_file() and "__pycache__" not in file.parts:
                    archive.write(file, file.relative_to(base))


main(*sys.argv[1:])
