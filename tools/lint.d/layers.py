#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The holes that the build leaves in the wall between layers, and the house rules that a glance at a line can check.

The build already refuses an include of another layer's header (engine/cmake/layers.cmake). It cannot see `..` in an
include, nor a system header that belongs to one layer alone.

usage: layers.py [ROOT]      prints `file:line: what is wrong` for each finding; exit code 1 if there is one
"""
import pathlib
import re
import sys

# System headers by the layers that may include them. A test or bench may use what the layer of its folder may.
OWNED = [
    (r"uv\.h|uv/", {"core"}),
    (r"ares\.h|ares_", {"core"}),
    (r"maxminddb\.h", {"core"}),
    (r"openssl/", {"tls"}),
    (r"llhttp\.h", {"http"}),
    (r"nghttp2/", {"http"}),
    (r"flatbuffers/", {"channel"}),
    (r"wire/", {"channel"}),
    (r"sqlite3\.h", {"control"}),
    (r"yaml-cpp/", {"config"}),
]
OF_NO_LAYER = {"support", "fuzz"}  # peers of every layer, and harnesses that compare with a library itself
CODE = {".h", ".cc"}
LINES_LIMIT = 500
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def layer_of(path):
    """The layer that a file belongs to, by its folder: engine/core/x.h, tests/core/x_test.cc, connector/x.cc."""
    parts = path.parts
    if parts[0] in ("engine", "tests", "bench", "fuzz") and len(parts) > 2:
        return parts[1]
    return parts[0]


def include_faults(path, line_number, included):
    where = f"{path}:{line_number}"
    if ".." in pathlib.PurePosixPath(included).parts:
        yield f"{where}: '..' in an include goes around the layers: {included}"
    if included.startswith("/"):
        yield f"{where}: an include by absolute path: {included}"
    layer = layer_of(path)
    for pattern, owners in OWNED:
        if re.match(pattern, included) and layer not in owners and layer not in OF_NO_LAYER:
            yield f"{where}: {included} belongs to {' and '.join(sorted(owners))}, not to {layer}"


def file_faults(path, lines):
    head = lines[:2]
    if not any(line.startswith("// SPDX-License-Identifier: Apache-2.0") for line in head):
        yield f"{path}:1: no SPDX line"
    if path.suffix == ".h" and "#pragma once" not in lines:
        yield f"{path}:1: a header without `#pragma once`"
    if len(lines) > LINES_LIMIT:
        yield f"{path}:{LINES_LIMIT}: {len(lines)} lines; split it by noun"
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if match:
            yield from include_faults(path, number, match.group(1))


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    faults = []
    for folder in ("engine", "connector", "tools", "tests", "bench", "fuzz"):
        for file in sorted((root / folder).rglob("*")):
            if file.suffix in CODE and file.is_file():
                lines = file.read_text(encoding="utf-8").splitlines()
                faults += file_faults(file.relative_to(root), lines)
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
