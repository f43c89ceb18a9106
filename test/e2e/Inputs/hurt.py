"""usage: hurt.py race|stray < LLVM.mlir > BAD.mlir   breaks a model at stage llvm: a barrier is missing, a buffer lies
behind its segment. For tests of --sanitize: what it must find."""
import re, sys

text = sys.stdin.read()
start = re.search(r"llvm\.func hidden @train_step_b\d+\(", text).start()
entry = text[start:text.index("llvm.return", start)]
if sys.argv[1] == "race":
    changed = re.sub(r".*llvm\.call @sinter\.barrier.*\n", "", entry, count=1)
else:
    segments = re.search(r"(%\d+) = llvm\.load %arg0 ", entry)[1]
    place = re.search(rf"(%\d+) = llvm\.getelementptr {segments}\[16\]", entry)[1]  # of SINTER_SEG_WORK
    work = re.search(rf"(%\d+) = llvm\.load {place} ", entry)[1]
    last = max(int(n) for n in re.findall(rf"getelementptr {work}\[(\d+)\]", entry))
    changed = entry.replace(f"getelementptr {work}[{last}]", f"getelementptr {work}[{last + 900000}]")
assert changed != entry
sys.stdout.write(text[:start] + changed + text[start + len(entry):])
