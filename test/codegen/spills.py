#!/usr/bin/env python3
"""Looks for registers that innermost loops of kernels keep on the stack.

    python3 test/codegen/spills.py OBJECT [--all]

OBJECT is what `sinter build MODEL --kind object` writes, for x86-64. A loop is what a jump backwards closes; it is
innermost when no other jump backwards lies in it. A spill is a move between a vector register and a place on the stack
that no register counts through: what a kernel packs there on purpose is read by a moving index. Loads folded into
arithmetic count as well. Where a whole sum is written out the innermost loop holds an epilogue too, whose constants may
lie on the stack: one move in 16 products passes. Prints a line a loop with moves, then a line with the sums; exits 1 when
a loop with products has more than that. --all also lists loops without products, and integers.
"""
import re
import subprocess
import sys

OBJDUMP = "llvm-objdump"
LINE = re.compile(r"^\s*([0-9a-f]+):\s+(\S+)\s*(.*)$")
LABEL = re.compile(r"^([0-9a-f]+) <(.*)>:$")
SHARE = 16  # products for which one move is no spill
STACK = re.compile(r"(?:-?(?:0x[0-9a-f]+|\d+))?\(%rsp\)")


def read_functions(path):
    """Name -> [(address, mnemonic, operands)]."""
    text = subprocess.run([OBJDUMP, "-d", "--no-show-raw-insn", path], check=True, capture_output=True,
                          text=True).stdout
    functions, name = {}, None
    for line in text.splitlines():
        if label := LABEL.match(line):
            name = label[2]
            functions[name] = []
        elif (match := LINE.match(line)) and name is not None:
            functions[name].append((int(match[1], 16), match[2], match[3]))
    return functions


def innermost_loops(code):
    """Runs of instructions between the target of a backward jump and the jump."""
    start, loops = code[0][0], []
    for address, mnemonic, operands in code:
        if not mnemonic.startswith("j"):
            continue
        target = re.match(r"0x([0-9a-f]+)", operands)
        if target and start <= int(target[1], 16) <= address:
            loops.append((int(target[1], 16), address))
    inner = [x for x in loops if not any(y != x and x[0] <= y[0] and y[1] <= x[1] for y in loops)]
    return [[line for line in code if first <= line[0] <= last] for first, last in sorted(set(inner))]


def main(path, everything):
    spilled = loops = kernels = 0
    for name, code in read_functions(path).items():
        if not code:
            continue
        kernels += 1
        for loop in innermost_loops(code):
            loops += 1
            multiplies = sum(m.startswith(("vfm", "vfnm", "mulp", "muls", "vmulp", "vmuls")) for _, m, _ in loop)
            touches = [line for line in loop if STACK.search(line[2]) and (everything or re.search(r"%[xyz]mm", line[2]))]
            if not touches or not (multiplies or everything):
                continue
            spilled += multiplies > 0 and len(touches) * SHARE > multiplies
            print(f"{name}: loop at {loop[0][0]:#x}, {len(loop)} instructions, {multiplies} products: "
                  f"{len(touches)} on the stack, first: {touches[0][1]} {touches[0][2]}")
    print(f"{kernels} functions, {loops} innermost loops, {spilled} of them spill")
    return 1 if spilled else 0


if __name__ == "__main__":
    arguments = [each for each in sys.argv[1:] if each != "--all"]
    if len(arguments) != 1:
        sys.exit(__doc__)
    sys.exit(main(arguments[0], "--all" in sys.argv))
