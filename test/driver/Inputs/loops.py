"""The RNN of test/passes/Inputs/rnn.mlir in other sizes, and what it costs to compile it for more steps.

    loops.py MODEL steps=T batch=N inputs=I states=H      prints the model in these sizes
    loops.py --compare MODEL                              builds it for 10 and for 1,000 steps: neither the time nor the
                                                          object may be more than 1.3 times as much
"""
import os
import re
import subprocess
import sys
import tempfile

OLD = {"steps": 6, "batch": 4, "inputs": 5, "states": 7}  # all different, so that a size says what it is
MOST = 1.3  # what the loop promises for 100 times the steps, in time and in bytes


def resized(text: str, sizes: dict[str, int]) -> str:
    new = {OLD[name]: size for name, size in sizes.items()}
    swap = lambda match: match[1] + re.sub(r"\d+(?=x)", lambda d: str(new.get(int(d[0]), d[0])), match[2])
    text = re.sub(r"(tensor<)((?:\d+x)+)", swap, text)
    if "steps" in sizes:
        text = text.replace("length 6", f"length {sizes['steps']}")
    return re.sub(r" attributes \{kernel.target = .*\} \{$", " {", text, count=1, flags=re.M)


def build(text: str, folder: str, name: str) -> tuple[float, int]:
    """Processor seconds of the quickest of five builds, and bytes of the object."""
    source, output = os.path.join(folder, name + ".mlir"), os.path.join(folder, name + ".o")
    with open(source, "w", encoding="utf-8") as file:
        file.write(text)
    times = []
    for _ in range(5):
        before = os.times()
        subprocess.run(["sinter", "build", source, "--kind", "object", "-o", output], check=True)
        after = os.times()
        times.append(after.children_user + after.children_system - before.children_user - before.children_system)
    return min(times), os.path.getsize(output)


def compare(text: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        few, many = (build(resized(text, {"steps": steps}), folder, f"rnn{steps}") for steps in (10, 1000))
    print(f"10 steps: {few[0]:.2f} s, {few[1]} bytes; 1,000 steps: {many[0]:.2f} s, {many[1]} bytes")
    return int(any(more > MOST * less for less, more in zip(few, many)))


def main() -> int:
    if sys.argv[1] == "--compare":
        return compare(open(sys.argv[2], encoding="utf-8").read())
    sizes = {name: int(size) for name, size in (argument.split("=") for argument in sys.argv[2:])}
    sys.stdout.write(resized(open(sys.argv[1], encoding="utf-8").read(), sizes))
    return 0


sys.exit(main())
