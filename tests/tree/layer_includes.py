#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Resolves one include of every other layer as if it stood in a source file of this layer.

Those below must be found; those that are not must not, nor must a way through the source root.
"""
import argparse
import pathlib
import subprocess
import sys


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--source-dir", type=pathlib.Path, required=True)
    parser.add_argument("--layer", required=True)
    parser.add_argument("--layers", nargs="+", required=True)
    parser.add_argument("--may", nargs="*", default=[])
    parser.add_argument("--folders", nargs="+", required=True)
    return parser.parse_args()


def folder_of(args, layer):
    return args.source_dir / ("connector" if layer == "connector" else f"engine/{layer}")


def compile_include(args, include):
    """What the preprocessor says to this one include; empty if it is content."""
    command = [args.compiler, "-std=c++20", "-E", "-o", "/dev/null", "-x", "c++",
               *(f"-I{f}" for f in args.folders), "-"]
    run = subprocess.run(command, input=f'#include "{include}"\n', text=True, capture_output=True, check=False,
                         cwd=folder_of(args, args.layer))
    return run.stderr if run.returncode else ""


def missing(said):
    """Whether the compiler found no such file: g++'s words, and clang's."""
    return "No such file" in said or "file not found" in said


def fault_of(args, other, header):
    said = compile_include(args, f"{other}/{header.name}")
    if other in [*args.may, args.layer]:
        return f"{args.layer} must find {other}/{header.name}:\n{said}" if said else None
    if not missing(said):
        return f"{args.layer} must not find {other}/{header.name}: {said or 'it compiled'}"
    said = compile_include(args, f"engine/{other}/{header.name}")
    return None if missing(said) else f"{args.layer} reaches engine/{other} through the source root: {said}"


def main():
    args = arguments()
    faults, looked_at = [], 0
    for other in args.layers:
        header = next(iter(sorted(folder_of(args, other).glob("*.h"))), None)
        if header is None:
            print(f"{other} has no header yet")
            continue
        looked_at += 1
        fault = fault_of(args, other, header)
        if fault:
            faults.append(fault)
    print("\n".join(faults))
    print(f"{args.layer}: {looked_at} layers tried, {len(faults)} faults")
    return 1 if faults or looked_at == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
