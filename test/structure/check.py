#!/usr/bin/env python3
"""Checks the shape of the source tree over what git tracks: top level, include table, length of files and functions, op
families.

    python3 test/structure/check.py [ROOT]

Prints one line a finding and exits 1 when there is one. The rules are those of README.md, section "Layout".
"""
import os
import re
import subprocess
import sys

ROOT = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOP = {"CMakeLists.txt", "compiler", "runtime", "dialects", "frontend", "passes", "codegen", "test", "examples",
       "README.md", "LICENSE", "CMakePresets.json"}
MAX_LINES = 500
MAX_FUNCTION_LINES = 60  # of the product; a test's list of rows is no function to read
CODE = (".c", ".h", ".cpp", ".td", ".py", ".sh", ".cmake", ".proto", ".def", ".txt", ".mlir")

# Which folders a folder may include from (by path from the root), and whether it may include LLVM or protobuf.
LAYERS = {
    "runtime": dict(own=[], llvm=False, proto=False),
    "dialects/rules": dict(own=[], llvm=False, proto=False),
    "frontend": dict(own=["dialects/rules"], llvm=False, proto=True),
    "dialects": dict(own=["dialects/rules"], llvm=True, proto=False),
    "passes": dict(own=["dialects", "dialects/rules"], llvm=True, proto=False),
    "codegen": dict(own=["dialects", "dialects/rules", "runtime"], llvm=True, proto=False),
    "compiler": dict(own=["runtime", "dialects/rules", "frontend", "dialects", "passes", "codegen"], llvm=True, proto=True),
}
# <sinter/...> headers by the folder they belong to.
PUBLIC = {"rules/": "dialects/rules", "abi.h": "runtime", "runtime.h": "runtime"}
FAMILY_FREE = {"Sinter.h", "Support.h", "Contraction.h", "GradBuilder.h", "ScalarBuilder.h"}


def tracked() -> list[str]:
    out = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], check=True, capture_output=True, text=True).stdout
    return [f for f in out.split("\0") if f and os.path.exists(os.path.join(ROOT, f))]


def layer_of(path: str) -> str | None:
    found = [layer for layer in LAYERS if path.startswith(layer + "/")]
    return max(found, key=len) if found else None


def owner_of(include: str, angled: bool) -> str | None:
    if include.startswith("sinter/"):
        rest = include[len("sinter/"):]
        return next((owner for start, owner in PUBLIC.items() if rest.startswith(start)), "frontend")
    return None if angled else layer_of(include)


def check_includes(path: str, text: str) -> list[str]:
    layer = layer_of(path)
    if layer is None:
        return []
    rules, found = LAYERS[layer], []
    for match in re.finditer(r'^\s*#\s*include\s+(["<])([^">]+)[">]', text, re.M):
        angled, include = match[1] == "<", match[2]
        owner = owner_of(include, angled)
        if owner and owner != layer and owner not in rules["own"]:
            found.append(f"{path}: {layer} may not include {include} of {owner}")
        if include.startswith(("mlir/", "llvm/", "llvm-c/")) and not rules["llvm"]:
            found.append(f"{path}: {layer} may not include LLVM ({include})")
        if include.startswith("google/protobuf") and not rules["proto"]:
            found.append(f"{path}: {layer} may not include protobuf ({include})")
        if "/include/sinter/" in path and include.startswith(("google/", "frontend/")):
            found.append(f"{path}: a public header may not include {include}")
        if layer == "passes" and include.startswith("dialects/sinter/") and os.path.basename(include) not in FAMILY_FREE:
            found.append(f"{path}: passes may not include the op-family header {include}")
    return found


def check_functions(path: str, text: str) -> list[str]:
    """Definitions as clang-format lays them out: from the first line of the signature to the brace in its column, at the
    top level (static ones and members) and one level inside a class."""
    found, lines = [], text.split("\n")
    other = r"(namespace|class|struct|union|enum|if|for|while|switch|do|else|case|default|public|private|protected|typedef)\b"
    for indent in ("", "  "):
        start = None
        for number, line in enumerate(lines):
            if re.match(rf"{indent}[A-Za-z_~]", line):
                # A return type may have a line for itself; a list of initialisers is longer by indentation.
                if start is None or number != start + 1 or "(" in lines[start]:
                    start = number
            elif re.match(rf"{indent}}}$", line) and start is not None:
                head = " ".join(lines[start:start + 6])
                length = number - start + 1
                if "(" in head and not re.match(rf"\s*{other}", head) and length > MAX_FUNCTION_LINES:
                    found.append(f"{path}:{start + 1}: a function of {length} lines, at most {MAX_FUNCTION_LINES} are allowed")
                start = None
    return found


def check_families(files: set[str]) -> list[str]:
    """An op family has one base name from its rules to its numeric rows."""
    found = []
    structural = {"Dialect", "Interfaces", "OpBase", "Enums", "Ops", "Train"}
    # A loop is no row of operands and a result: what it computes is tested program by program; so are derivatives.
    rows = {"Control": "test/numeric/oracle/ControlTest.cpp", "Derivative": "test/numeric/derivatives/Models.cpp"}
    for path in sorted(files):
        match = re.fullmatch(r"dialects/sinter/(\w+)\.td", path)
        if not match or match[1] in structural:
            continue
        family, lower = match[1], match[1].lower()
        for part in (f"dialects/rules/include/sinter/rules/{lower}.h", f"frontend/include/sinter/ops/{lower}.h",
                     f"codegen/interpret/{family}.cpp", f"dialects/sinter/{family}.cpp",
                     rows.get(family, f"test/numeric/{family}.cpp")):
            if part not in files:
                found.append(f"{path}: op family {family} has no {part}")
    return found


def main() -> int:
    files = tracked()
    found = [f"{name}: not one of the names of the top level"
             for name in sorted({f.split("/")[0] for f in files}) if name not in TOP and not name.startswith(".")]
    for path in files:
        if not path.endswith(CODE):
            continue
        with open(os.path.join(ROOT, path), encoding="utf-8") as source:
            text = source.read()
        lines = text.count("\n")
        if lines > MAX_LINES:
            found.append(f"{path}: {lines} lines, at most {MAX_LINES} are allowed")
        if path.endswith((".c", ".h", ".cpp")):
            found += check_includes(path, text)
            if not path.startswith("test/"):
                found += check_functions(path, text)
    found += check_families(set(files))
    print("\n".join(found) if found else f"structure: {len(files)} files, nothing to report")
    return 1 if found else 0


sys.exit(main())
