"""usage: embedding.py LIBRARY.so [AT]   ids that name no row are a status, in prediction and in training; the handle goes on; so is
a row AT of 8 that a library is built to read"""
import ctypes, sys

from clibrary import Library

library = Library(sys.argv[1], "embedding")
call = library.call


def predict(ids):
    logits = (ctypes.c_float * 10)()
    return call("predict", model, (ctypes.c_int32 * 8)(*ids), logits), list(logits)


model = ctypes.c_void_p()
assert call("open", None, ctypes.byref(model)).code == 0
assert call("train_step", model, (ctypes.c_int32 * 256)(*range(256)), (ctypes.c_int32 * 32)(*(i % 10 for i in range(32))),
            None).code == 0
status, good = predict(range(8))
assert status.code == 0 and any(good), status.message
for bad, place in ((1000, 3), (-1, 0), (2**31 - 1, 7), (-2**31, 5)):
    status, _ = predict([bad if i == place else i for i in range(8)])
    message = status.message.decode()
    assert status.code == 2304, status.code
    assert "embedding.cpp:7:" in message, message
    assert f"expects indices of 0 or more and below 1000, got {bad} at position {place}" in message, message
    status, again = predict(range(8))
    assert status.code == 0 and again == good, status.message
# An index that is known before the call is out of range when it is called.
x, y = (ctypes.c_float * 64)(), (ctypes.c_float * 64)()
status = call("fixed", model, x, y)
if len(sys.argv) > 2:
    assert status.code == 2304 and b"below 8, got " + sys.argv[2].encode() in status.message, (status.code, status.message)
else:
    assert status.code == 0 and any(y), status.message
library.close(model)
