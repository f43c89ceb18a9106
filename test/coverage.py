#!/usr/bin/env python3
"""Fails when a branch of an op's code is entered by no numeric row and no test of the DSL.

    python3 test/coverage.py BUILD      (a build with -DSINTER_COVERAGE=ON: preset coverage)

Runs the rows, the options and the DSL's tests, and reads what clang counted in the DSL's functions (frontend/src), the
rules and the ops (dialects/sinter, with what TableGen made of scalar code and gradients). A region of code that never
ran is a finding, unless it reports a mistake, or coverage-exceptions.txt names it with a reason.
"""
import collections
import glob
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LLVM = "/usr/lib/llvm-22/bin/"
# Files of functions and ops. What serves no op (options, files, diagnostics, parameters) has tests of its own.
FOLDERS = ("frontend/src/", "dialects/rules/src/", "dialects/sinter/")
NO_OPS = {"frontend/src/" + name + ".cpp" for name in
          ("Call", "Diagnostics", "Entry", "Model", "Nn", "Options", "Optim", "Serialize", "Snippet", "Values")}
NO_OPS |= {"dialects/rules/src/errors.cpp", "dialects/sinter/SinterDialect.cpp", "dialects/sinter/Train.cpp"}
# Of generated definitions: what records write.
WRITTEN = re.compile(r"(buildGradient|buildBody|getOperandAccess|getResultAccess|getMapDomain|getInnerDims|fold|canonicalize)\b")
# Code that reports a mistake, or hands one on.
MISTAKE = re.compile(r"fail\(|RuleError|refused|refuse\(|\berror\(|emitOpError|emitError|failure\(\)|poison\(\)|\.error\(\)|"
                     r"nullopt|noBroadcast|unreachable|E0\d\d\d|isPoison")


def run(build: str, profile: str) -> None:
    environment = dict(os.environ, LLVM_PROFILE_FILE=f"{profile}/%p.profraw")
    rows = [["numeric-rows"], ["numeric-options", f"{ROOT}/test/numeric/goldens/options.golden"],
            ["frontend_dsl_test"], ["frontend_rules_test"]]
    for command in rows:
        subprocess.run([f"{build}/bin/{command[0]}", *command[1:]], env=environment, stdout=subprocess.DEVNULL, check=False)


def counted(build: str, profile: str) -> dict:
    raw = glob.glob(f"{profile}/*.profraw")
    subprocess.run([LLVM + "llvm-profdata", "merge", "-o", f"{profile}/all.profdata", *raw], check=True)
    objects = [f"{build}/lib/libsinter.so", "-object", f"{build}/bin/numeric-rows"]
    out = subprocess.run([LLVM + "llvm-cov", "export", f"-instr-profile={profile}/all.profdata", *objects],
                         check=True, capture_output=True, text=True).stdout
    return json.loads(out)


def file_of(path: str) -> str | None:
    """The name by which a file of ops is known; None: no such file."""
    if path.endswith("dialects/sinter/SinterOps.cpp.inc"):
        return "dialects/sinter/SinterOps.cpp.inc"
    name = os.path.relpath(os.path.realpath(path), ROOT)
    return name if name.startswith(FOLDERS) and name.endswith(".cpp") and name not in NO_OPS else None


def never_run(data: dict) -> list:
    """(file, path, function, region) of code that never ran in any instance of its template."""
    runs, names = collections.Counter(), {}
    for function in data["data"][0]["functions"]:
        for region in function["regions"]:
            path = function["filenames"][region[5]]
            name = file_of(path)
            if name is None or region[7] != 0 or (name.endswith(".inc") and not WRITTEN.search(function["name"])):
                continue
            key = (name, *region[:4])
            runs[key] += region[4]
            names[key] = (path, function["name"])
    return [(key[0], *names[key], key[1:]) for key in sorted(names) if runs[key] == 0]


def text_of(lines: list[str], region: tuple) -> str:
    first, column, last, end = region
    part = lines[first - 1:last]
    if len(part) == 1:
        return part[0][column - 1:end - 1]
    return "\n".join([part[0][column - 1:], *part[1:-1], part[-1][:end - 1]])


def exceptions() -> list[tuple[str, str]]:
    """(file, text that the region holds) of lines "FILE | TEXT | reason"."""
    with open(f"{ROOT}/test/coverage-exceptions.txt", encoding="utf-8") as source:
        parts = [[p.strip() for p in line.split("|")] for line in source if line.strip() and not line.startswith("#")]
    return [(p[0], p[1]) for p in parts if len(p) == 3 and p[2]]


def main() -> int:
    build = os.path.abspath(sys.argv[1])
    profile = f"{build}/profile"
    subprocess.run(["rm", "-rf", profile], check=True)
    os.makedirs(profile)
    run(build, profile)
    accepted, used, found, sources = exceptions(), set(), [], {}
    for name, path, function, region in never_run(counted(build, profile)):
        if path not in sources:
            with open(path, encoding="utf-8") as source:
                sources[path] = source.read().split("\n")
        text = text_of(sources[path], region)
        statement = "\n".join(sources[path][region[0] - 1:region[2]])
        if MISTAKE.search(text) or MISTAKE.search(statement):
            continue
        match = next((e for e in accepted if e[0] == name and e[1] in statement), None)
        if match:
            used.add(match)
            continue
        found.append(f"{name}:{region[0]}:{region[1]}: no row enters: {' '.join(text.split())[:100]}")
    found += [f"coverage-exceptions.txt: '{file} | {text}' is entered now: take it out"
              for file, text in accepted if (file, text) not in used]
    print("\n".join(found) if found else "coverage: every branch of every op is entered")
    return 1 if found else 0


sys.exit(main())
