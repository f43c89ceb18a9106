#!/usr/bin/env python3
"""Looks for vector registers that innermost loops of kernels keep on the stack.

    python3 test/codegen/spills.py OBJECT [--kernels PATTERN] [--most N] [--all]

OBJECT is what `sinter build MODEL --kind object` writes, for x86-64. Loops are those of the control flow: a jump back to a
block that every way to the jump passes; innermost ones hold no other. A spill is a move between a vector register and a
place on the stack that no register counts through: what a kernel packs there on purpose is read by a moving index. Loads
folded into arithmetic count as well. Prints a line a loop with moves, then a line with the sums; exits 1 when a loop with
products, in a function whose name has PATTERN, has more than N (0) moves. --all also lists loops without products, and
integers.
"""
import argparse
import re
import subprocess
import sys

OBJDUMP = "llvm-objdump"
LINE = re.compile(r"^\s*([0-9a-f]+):\s+(\S+)\s*(.*)$")
LABEL = re.compile(r"^([0-9a-f]+) <(.*)>:$")
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


def read_blocks(code):
    """Basic blocks: [instructions], and for each the blocks that may run next."""
    place = {address: i for i, (address, _, _) in enumerate(code)}
    target, leaders = {}, {0}
    for i, (_, mnemonic, operands) in enumerate(code):
        if not mnemonic.startswith(("j", "ret", "ud2")):
            continue
        leaders.add(i + 1)
        to = re.match(r"0x([0-9a-f]+)", operands)
        if mnemonic.startswith("j") and to and int(to[1], 16) in place:
            target[i] = place[int(to[1], 16)]
            leaders.add(target[i])
    starts = sorted(each for each in leaders if each < len(code))
    number = {start: i for i, start in enumerate(starts)}
    blocks, after = [], []
    for start, end in zip(starts, starts[1:] + [len(code)]):
        blocks.append(code[start:end])
        last = code[end - 1][1]
        falls = not last.startswith(("jmp", "ret", "ud2")) and end in number
        after.append(([number[target[end - 1]]] if end - 1 in target else []) + ([number[end]] if falls else []))
    return blocks, after


def innermost_loops(code):
    """Instructions of the loops that hold no other loop, whatever order their blocks lie in."""
    blocks, after = read_blocks(code)
    everything = set(range(len(blocks)))
    before = {b: [a for a in everything if b in after[a]] for b in everything}
    # Blocks that every way to a block passes.
    dominators = {b: set(everything) for b in everything}
    dominators[0] = {0}
    changed = True
    while changed:
        changed = False
        for b in range(1, len(blocks)):
            ways = [dominators[a] for a in before[b]]
            now = {b} | (set.intersection(*ways) if ways else set())
            changed |= now != dominators[b]
            dominators[b] = now
    loops = {}
    for last in everything:
        for head in after[last]:
            if head not in dominators[last]:
                continue
            body, waiting = loops.setdefault(head, {head}), [last]
            while waiting:
                block = waiting.pop()
                if block not in body:
                    body.add(block)
                    waiting += before[block]
    inner = [body for head, body in sorted(loops.items()) if not any(other != head and other in body for other in loops)]
    return [[line for block in sorted(body) for line in blocks[block]] for body in inner]


def main(path, pattern, most, everything):
    spilled = loops = kernels = 0
    for name, code in read_functions(path).items():
        if not code or not re.search(pattern, name):
            continue
        kernels += 1
        for loop in innermost_loops(code):
            loops += 1
            multiplies = sum(m.startswith(("vfm", "vfnm", "mulp", "muls", "vmulp", "vmuls")) for _, m, _ in loop)
            touches = [line for line in loop if STACK.search(line[2]) and (everything or re.search(r"%[xyz]mm", line[2]))]
            if not touches or not (multiplies or everything):
                continue
            spilled += multiplies > 0 and len(touches) > most
            print(f"{name}: loop at {loop[0][0]:#x}, {len(loop)} instructions, {multiplies} products: "
                  f"{len(touches)} on the stack, first: {touches[0][1]} {touches[0][2]}")
    print(f"{kernels} functions, {loops} innermost loops, {spilled} of them spill")
    return 1 if spilled else 0


if __name__ == "__main__":
    options = argparse.ArgumentParser(usage=__doc__)
    options.add_argument("object")
    options.add_argument("--kernels", default="")
    options.add_argument("--most", type=int, default=0)
    options.add_argument("--all", action="store_true")
    given = options.parse_args()
    sys.exit(main(given.object, given.kernels, given.most, given.all))
