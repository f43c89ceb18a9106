"""lenet from Python, by ctypes alone: draws a digit as text and prints the label that the model gives it.

usage: python3 predict.py WEIGHTS
build: sinter build lenet.cpp --kind shared-lib -o liblenet.so
"""
import ctypes
import os
import sys

PICTURE = [  # a character: a pixel wide, two high; " .:*#" is from paper to ink
    "                            ",
    "            ....            ",
    "         :*#######*.        ",
    "      .*####****####:       ",
    "     :###*:.    .*###:      ",
    "    .####        *###:      ",
    "    *###.      .:####****:  ",
    "    .::.     :*###########*.",
    "            :###*:.  ...####",
    "             ...        .###",
    "                        .###",
    "                       .*###",
    "                  ...*####*:",
    "             :##########:.  ",
]


class Status(ctypes.Structure):  # sinter_status of lenet.h
    _fields_ = [("code", ctypes.c_int), ("message", ctypes.c_char * 256)]


def check(status):
    if status.code:
        sys.exit("error: " + status.message.decode())


library = ctypes.CDLL(os.path.join(os.getcwd(), "liblenet.so"))
floats = ctypes.POINTER(ctypes.c_float)
for name, arguments in (("open", [ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p)]),
                        ("load", [ctypes.c_void_p, ctypes.c_char_p]),
                        ("predict", [ctypes.c_void_p, floats, floats])):
    function = getattr(library, "lenet_" + name)
    function.argtypes, function.restype = arguments, Status
library.lenet_close.argtypes, library.lenet_close.restype = [ctypes.c_void_p], None

image = (ctypes.c_float * 784)(*(" .:*#".index(c) / 4 for line in PICTURE for _ in range(2) for c in line))
logits = (ctypes.c_float * 10)()
model = ctypes.c_void_p()
check(library.lenet_open(None, ctypes.byref(model)))
check(library.lenet_load(model, sys.argv[1].encode()))
check(library.lenet_predict(model, image, logits))
library.lenet_close(model)
print("\n".join(PICTURE))
print("label:", max(range(10), key=lambda i: logits[i]))
