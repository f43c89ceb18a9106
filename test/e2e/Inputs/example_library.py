"""usage: example_library.py EXAMPLES NAME ENTRY [OPTION=VALUE…]   the library of an example computes what its trainer's --run does

Builds examples/NAME as a trainer and as a shared library, trains two steps, loads their weights into the library and calls
ENTRY with inputs of small numbers."""
import ctypes, json, subprocess, sys

from clibrary import Library
from npy import elements, header

TYPES = {"f32": ("<f4", ctypes.c_float), "i32": ("<i4", ctypes.c_int32)}
examples, name, entry = sys.argv[1:4]
options = [word for option in sys.argv[4:] for word in ("--set", option)]
source, symbol = f"{examples}/{name}/{name}.cpp", name.replace("-", "_")


def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


run("sinter", "build", source, "-o", name, *options)
run("sinter", "build", source, "--kind", "shared-lib", "-o", f"lib{symbol}.so", *options)
run(f"./{name}", "--steps", "2", "--eval-every", "0", "--save", f"{name}.safetensors", "--quiet")
[described] = [e for e in json.loads(run(f"./{name}", "--info"))["entries"] if e["name"] == entry]


def room(tensor):
    count = 1
    for size in tensor["shape"]:
        count *= size
    return (TYPES[tensor["type"]][1] * count)()


inputs, results, command = [], [], [f"./{name}", "--init", f"{name}.safetensors", "--run", entry]
for tensor in described["inputs"]:
    values = room(tensor)
    for i in range(len(values)):  # whole numbers stay small: they may be tokens
        values[i] = i * 37 % 256 / 256 if tensor["type"] == "f32" else i % 2
    inputs.append(values)
    file = f"{name}.{tensor['name']}.npy"
    open(file, "wb").write(header(tensor["shape"], TYPES[tensor["type"]][0]) + bytes(values))
    command += ["--input", f"{tensor['name']}={file}"]
for tensor in described["outputs"]:
    results.append(room(tensor))
    command += ["--output", f"{tensor['name']}={name}.{tensor['name']}.out.npy"]
run(*command)

library, model = Library(f"lib{symbol}.so", symbol), ctypes.c_void_p()
library.done("open", None, ctypes.byref(model))
library.done("load", model, f"{name}.safetensors".encode())
library.done(entry, model, *inputs, *results)
library.close(model)
for tensor, got in zip(described["outputs"], results):
    want = elements(open(f"{name}.{tensor['name']}.out.npy", "rb").read())
    assert bytes(got) == want, f"{name}: output '{tensor['name']}' of the library is not that of --run"
    assert any(want) or tensor["type"] != "f32", f"{name}: output '{tensor['name']}' is 0 all over"
