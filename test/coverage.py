#!/usr/bin/env python3
"""Fails when a branch of an op's code is entered by no test.

    python3 test/coverage.py BUILD      (a build with -DSINTER_COVERAGE=ON: preset coverage)

Runs the tests with the label `coverage` (rows, options, small nets, programs of derivatives, loops and optimizers: what
compares numbers with an independent reference; the DSL's tests), the texts of ops (test/dialects: parser, printer,
verifier) and the LITS below, and reads what clang counted in the DSL's functions (frontend/src), the rules and the ops
(dialects/sinter, with what TableGen made of scalar code and gradients). A region of code that never ran is a finding,
unless it reports a mistake, or coverage-exceptions.txt names it with a reason.
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
# Micro-batches are compared with whole ones by a trainer of its own.
LITS = ("test/dialects", "test/e2e/accumulate.test")
# Files of functions and ops. What serves no op (options, files, diagnostics, parameters) has tests of its own.
FOLDERS = ("frontend/src/", "dialects/rules/src/", "dialects/sinter/")
NO_OPS = {"frontend/src/" + name + ".cpp" for name in
          ("Call", "Data", "Diagnostics", "Entry", "Model", "Nn", "Options", "Optim", "Serialize", "Snippet", "Values")}
NO_OPS |= {"dialects/rules/src/errors.cpp", "dialects/sinter/SinterDialect.cpp", "dialects/sinter/Train.cpp"}
# Of generated definitions: what records write.
WRITTEN = re.compile(r"(buildGradient|buildBody|getOperandAccess|getResultAccess|getMapDomain|getInnerDims|fold|canonicalize)\b")
# Code that reports a mistake, or hands one on: a rule's result that is none, what a check that takes the call reported.
MISTAKE = re.compile(r"fail\(|RuleError|refused|refuse\(|\berror\(|emitOpError|emitError|failure\(\)|poisons?\(|\.error\(\)|"
                     r"nullopt|noBroadcast|unreachable|E0\d\d\d|isPoison|\*(bad|error)\b|inTrace\(\)|"
                     r"if \(!(\w+)\)\s*return \2\b|if \(!\w+\(call,|if \(!declare\w+\(|failed\((\w+)\) \? \3|!context\(\)\.trace\b")


def run(build: str, profile: str) -> None:
    environment = dict(os.environ, LLVM_PROFILE_FILE=f"{profile}/%4m.profraw")
    subprocess.run(["ctest", "--test-dir", build, "-L", "coverage", "-j", "2"], env=environment,
                   stdout=subprocess.DEVNULL, check=False)
    subprocess.run(["lit", "-q", "-j", "2", f"--param=build={os.path.relpath(build, ROOT)}", *LITS], cwd=ROOT, env=environment,
                   stdout=subprocess.DEVNULL, check=False)


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


def statement_of(lines: list[str], region: tuple) -> str:
    """The region with what stands before it in its statement: behind the last ; { or } that no bracket holds."""
    first, column, _, _ = region
    before = "\n".join([*lines[max(0, first - 12):first - 1], lines[first - 1][:column - 1]])
    depth, at = 0, len(before)
    while at > 0:
        c = before[at - 1]
        if depth == 0 and c in ";{}" and not (c == "{" and before[:at - 1].rstrip()[-1:] in "(,="):  # a list of values
            break
        depth += (c == ")") - (c == "(")
        depth = max(depth, 0) # a region inside brackets: what holds them belongs to it, too
        at -= 1
    return before[at:] + text_of(lines, region)


def exceptions() -> list[tuple[str, str]]:
    """(file, text of the region's lines or of its statement, on one line) of lines "FILE | TEXT | reason"."""
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
        lines_of_region = "\n".join(sources[path][region[0] - 1:region[2]])
        statement = statement_of(sources[path], region)
        if MISTAKE.search(statement) or MISTAKE.search(lines_of_region):
            continue
        one_line = " ".join(statement.split())
        match = next((e for e in accepted if e[0] == name and (e[1] in lines_of_region or e[1] in one_line)), None)
        if match:
            used.add(match)
            continue
        found.append(f"{name}:{region[0]}:{region[1]}: no row enters: {' '.join(text.split())[:100]}")
    found += [f"coverage-exceptions.txt: '{file} | {text}' is entered now: take it out"
              for file, text in accepted if (file, text) not in used]
    print("\n".join(found) if found else "coverage: every branch of every op is entered")
    return 1 if found else 0


sys.exit(main())
