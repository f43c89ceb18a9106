#!/usr/bin/env python3
"""Writes frontend/OPS.md, the page of all functions of the DSL, or says that it is stale.

    page.py NUMERIC_ROWS            writes the page
    page.py NUMERIC_ROWS --check    exits 1 when the page is not what it would write

Names and sentences come from the headers of frontend/include/sinter/ops and the tables of dialects/rules, gradients from
the records of dialects/sinter, what is tested from `numeric-rows --list` and from the goldens of PyTorch's options.
"""
import collections
import difflib
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
OPS = ROOT / "frontend/include/sinter/ops"
RULES = ROOT / "dialects/rules/include/sinter/rules"
PAGE = ROOT / "frontend/OPS.md"
ACCEPTS = {"Float": "floats", "Numeric": "numbers", "Signed": "signed numbers", "Logical": "bool"}
# The op of a function, where it has another name; functions that are below others.
OP_OF = {"where": "select", "index_select": "gather", "index_add": "scatter_add", "gather": "gather_along", "scatter_add": "scatter_add_along",
         "select": ""}  # a composite with the name of another op
BELOW = {"sequence"}
HEAD = """# Ops

All functions of `<sinter/ops/*.h>`. Made by `test/ops/page.py` from headers, tables, records and test lists; a test says when it is stale.

*Gradient*: `any` order (a gradient is written in ops that have one), `0` everywhere, or `none`, with the reason; empty where there is nothing to differentiate. *Tested*: element types,
cases and ranks of operands of the numeric rows (value, gradient against differences, compiled against the oracle), and `P` cases
against PyTorch's value, gradients and refusals, NaN, infinities and signed zeros among them. Where we differ from PyTorch on purpose, the function's comment in the header says so.
"""

Function = collections.namedtuple("Function", "name sentence accepts")


def sentence_of(comments):
    text = re.sub(r"\s+", " ", " ".join(comments)).strip()
    match = re.match(r"(.*?[.:;])(?= [A-Z`]|$)", text)
    return (match.group(1) if match else text).rstrip(".:;").replace("|", "\\|")


def from_table(path, macros):
    comments = []
    for line in path.read_text().splitlines():
        if line.startswith("///"):
            comments.append(line[3:])
        elif match := re.match(r"(\w+)\((\w+), (\w+)", line):
            if match.group(1) in macros:
                accepts = ACCEPTS.get(match.group(3), "numbers")
                yield Function(match.group(2), sentence_of(comments), accepts)
            comments = []
        else:
            comments = []


def from_header(path):
    comments = []
    for line in path.read_text().splitlines():
        if re.match(r"\s*///", line):
            comments.append(re.sub(r"\s*///<?", "", line))
            continue
        match = re.match(r"(?:SINTER_API |inline )?(?:Tensors?|Sorted|Jvp|\w+Result|\w+State) (\w+)\(", line)
        if match and not line.startswith("  "):
            yield Function(match.group(1), sentence_of(comments), "")
        elif re.match(r"(template|  requires)", line):
            continue
        comments = []


def functions():
    """By header, in order; overloads are one."""
    for path in sorted(OPS.glob("*.h")):
        found = {}
        listed = list(from_header(path))
        if path.stem == "elementwise":
            listed = list(from_table(RULES / "elementwise.def", ("SINTER_UNARY", "SINTER_BINARY"))) + listed
        if path.stem == "reduce":
            listed = list(from_table(RULES / "reduce.def", ("SINTER_REDUCTION", "SINTER_EXTREME"))) + listed
        for function in listed:
            if function.name not in BELOW:
                found.setdefault(function.name, function)
        yield path, list(found.values())


def gradients():
    """What the records say of ops that have the name of a function."""
    result = {}
    for path in sorted((ROOT / "dialects/sinter").glob("*.td")):
        for record in re.split(r"\n(?=def |class )", path.read_text()):
            name = re.match(r'def \w+ : \w+<"(\w+)"', record)
            if not name:
                continue
            none = re.search(r'NoGradient<"([^"]*)">', record)
            zero = re.search(r'GradientExpr<"(\s*//[^"]*|)">', record)
            result[name.group(1)] = f"none: {none.group(1)}" if none else "0" if zero else "any"
    return result


def rows(program):
    """By function: element types, number of cases, ranks, whether gradients are checked."""
    tested = {}
    for line in subprocess.run([program, "--list"], check=True, capture_output=True, text=True).stdout.splitlines():
        row = json.loads(line)
        for name in re.findall(r"\w+", row["row"]):
            types, cases, ranks, gradient = tested.get(name, (set(), 0, set(), False))
            tested[name] = (types | set(row["types"]), cases + row["cases"], ranks | set(row["ranks"]), gradient or row["gradient"])
    return tested


def compared():
    """By function: cases against PyTorch, ranks of their operands, whether one has a gradient."""
    counts = {}
    for path in (ROOT / "test/numeric/goldens").glob("*.golden"):
        for line in path.read_text().splitlines():
            if not line.startswith('{"op"'):
                continue
            record = json.loads(line)
            name = record["op"].split()[0]
            count, ranks, gradient = counts.get(name, (0, set(), False))
            gradient |= any(record.get("gradients") or [])
            # An operand is a shape, or the numbers of a vector (specials.golden).
            more = {len(operand) if isinstance(operand, list) else 1 for operand in record["operands"]}
            counts[name] = (count + 1, ranks | more, gradient)
    return counts


def span(ranks):
    return str(min(ranks)) if min(ranks) == max(ranks) else f"{min(ranks)}–{max(ranks)}"


def page(program):
    has, tested, golden = gradients(), rows(program), compared()
    lines = [HEAD]
    for path, listed in functions():
        lines += [f"## {path.stem}", "", "| function | gradient | tested | what |", "|---|---|---|---|"]
        for name, sentence, accepts in listed:
            op = OP_OF.get(name, name)
            types, cases, ranks, gradient = tested.get(op, (set(), 0, set(), False))
            count, more, differs = golden.get(name, (0, set(), False))
            what = [f"{', '.join(sorted(types))}: {cases}"] if cases else []
            what += [f"P {count}"] if count else []
            if ranks | more:
                what.append(f"rank {span(ranks | more)}")
            order = has.get(op) or ("any" if gradient or differs else "")
            if path.stem == "derivative":  # ops are expanded first; programs are tested, not calls
                order, what = "any", ["programs against PyTorch"]
            text = sentence + (f" ({accepts})" if accepts and accepts not in sentence else "")
            lines.append(f"| `{name}` | {order} | {'; '.join(what)} | {text} |")
        lines.append("")
    return "\n".join(lines)


def main():
    program, text = sys.argv[1], page(sys.argv[1])
    if "--check" not in sys.argv:
        PAGE.write_text(text)
        return 0
    old = PAGE.read_text() if PAGE.exists() else ""
    if old == text:
        return 0
    print("frontend/OPS.md is stale: python3 test/ops/page.py build/release/bin/numeric-rows writes it")
    print("\n".join(difflib.unified_diff(old.splitlines(), text.splitlines(), "OPS.md", "made now", lineterm="", n=0)))
    return 1


if __name__ == "__main__":
    sys.exit(main())
