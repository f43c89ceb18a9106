"""usage: threads.py LIBRARY.so WEIGHTS: the library mlp through ctypes, on two threads; a forked child goes on."""
import ctypes
import os
import sys
import time


class Options(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("threads", ctypes.c_uint32), ("flags", ctypes.c_uint32)]


class Status(ctypes.Structure):
    _fields_ = [("code", ctypes.c_int), ("message", ctypes.c_char * 256)]


lib = ctypes.CDLL(sys.argv[1])
for name in ("mlp_open", "mlp_load", "mlp_predict_n"):
    getattr(lib, name).restype = Status
lib.mlp_predict_n.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_void_p]
lib.mlp_close.argtypes = [ctypes.c_void_p]
N = 33
images = (ctypes.c_float * (N * 784))(*[i * 37 % 256 / 255 for i in range(N * 784)])


def check(status):
    assert status.code == 0, status.message


def tasks(wanted=None):
    """Threads of this process; one that was joined may be listed for a moment longer."""
    for _ in range(2000):
        count = len(os.listdir("/proc/self/task"))
        if wanted in (None, count):
            break
        time.sleep(0.001)
    return count


def open_handle(options):
    handle = ctypes.c_void_p()
    check(lib.mlp_open(options, ctypes.byref(handle)))
    check(lib.mlp_load(handle, sys.argv[2].encode()))
    return handle


def predict(handle):
    logits = (ctypes.c_float * (N * 10))()
    check(lib.mlp_predict_n(handle, N, images, logits))
    return bytes(logits)


before = tasks()
one = open_handle(None)
wanted = predict(one)
options = Options(ctypes.sizeof(Options), 2, 0)
two = open_handle(ctypes.byref(options))
assert tasks(before + 1) == before + 1, (tasks(), before)
assert predict(two) == wanted
child = os.fork()
if child == 0:
    same = predict(two) == wanted
    lib.mlp_close(two)
    os._exit(0 if same else 1)
assert os.waitpid(child, 0)[1] == 0
assert predict(two) == wanted
lib.mlp_close(two)
lib.mlp_close(one)
assert tasks(before) == before, (tasks(), before)
bad = Options(4, 2, 0)
handle = ctypes.c_void_p()
status = lib.mlp_open(ctypes.byref(bad), ctypes.byref(handle))
assert status.code == 2006 and b"expects sizeof(sinter_options) as options->size, got 4" in status.message, status.message
print("threads: fine")
