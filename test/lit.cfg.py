# Configuration of the lit tests: *.mlir and *.test files under test/.
#
#   lit -v test/passes                       on build/release
#   lit -v test --param build=build/debug    on another build folder
#   lit -v test --param update=1             golden tests (%golden) write their expectations anew
#
# A test sees sinter, sinter-opt, FileCheck and not on its PATH, %build, %root and %cc, and %golden FILE, which compares
# its input with FILE. Features: x86-64-v3, x86-64-v4 (this machine runs such code), the
# name of the build folder (release, asan, …), mount (may mount file systems), fashion-mnist, house, eng-fra (SINTER_DATA has
# them), slow and fast (--param slow=1, fast=1).
import os
import subprocess
import lit.formats

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
build = os.path.join(root, lit_config.params.get("build", "build/release"))
llvm = lit_config.params.get("llvm", "/usr/lib/llvm-22/bin")

config.name = "sinter"
config.test_format = lit.formats.ShTest(True)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs", "bench", "numeric", "runtime", "frontend", "fuzz"]
config.test_source_root = os.path.join(root, "test")
config.test_exec_root = os.path.join(build, "test", "lit")

config.environment["PATH"] = os.pathsep.join([os.path.join(build, "bin"), llvm, os.environ.get("PATH", "")])
for name in ["SINTER_DATA", "SINTER_UPDATE_GOLDENS", "CXX", "CCACHE_DIR", "ASAN_OPTIONS", "TSAN_OPTIONS", "HOME", "CC",
             "LLVM_PROFILE_FILE"]:
    if name in os.environ:
        config.environment[name] = os.environ[name]
config.environment["NO_COLOR"] = "1"

config.substitutions.append(("%root", root))
config.substitutions.append(("%build", build))
# The C compiler that links our libraries: those of a sanitized build need its sanitizers (gcc's are others).
sanitizers = {"asan": "address,undefined", "tsan": "thread"}.get(os.path.basename(build))
config.substitutions.append(("%cc", f"clang-22 -fsanitize={sanitizers}" if sanitizers else "cc"))
# Where programs for cuda targets find their driver: the emulator's, or with --param gpu=1 this machine's own.
config.substitutions.append(("%cuda", "/nowhere" if lit_config.params.get("gpu") else os.path.join(build, "lib", "fake-cuda")))
golden = os.path.join(root, "test", "golden.sh")
update = "--update " if lit_config.params.get("update") else ""
config.substitutions.append(("%golden", f"bash {golden} {update}".strip()))

flags = set()
try:
    with open("/proc/cpuinfo") as info:
        for line in info:
            if line.startswith("flags"):
                flags = set(line.split(":", 1)[1].split())
                break
except OSError:
    pass
if {"avx2", "fma", "bmi2"} <= flags:
    config.available_features.add("x86-64-v3")
if {"avx512f", "avx512vl", "avx512bw", "avx512dq"} <= flags:
    config.available_features.add("x86-64-v4")
config.available_features.add(os.path.basename(build))  # release, debug, asan, tsan
try:
    mount = ["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"]
    if subprocess.run(mount, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0:
        config.available_features.add("mount")
except OSError:
    pass
if os.path.isdir(os.path.join(os.environ.get("SINTER_DATA") or "/nowhere", "fashion-mnist")):
    config.available_features.add("fashion-mnist")
if os.path.isfile(os.path.join(os.environ.get("SINTER_DATA") or "/nowhere", "house", "train.csv")):
    config.available_features.add("house")
if os.path.isfile(os.path.join(os.environ.get("SINTER_DATA") or "/nowhere", "text", "eng-fra.txt")):
    config.available_features.add("eng-fra")
for lane in ["slow", "fast"]:
    if lit_config.params.get(lane):
        config.available_features.add(lane)
