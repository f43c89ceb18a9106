"""A library that sinter built, through ctypes: what the scripts beside this file have in common."""
import ctypes, os


class Status(ctypes.Structure):
    _fields_ = [("code", ctypes.c_int), ("message", ctypes.c_char * 256)]


class Library:
    def __init__(self, path, name):
        self.functions, self.name = ctypes.CDLL(os.path.abspath(path)), name

    def call(self, function, *arguments):
        """NAME_function(arguments), which returns a status."""
        entry = getattr(self.functions, f"{self.name}_{function}")
        entry.restype = Status
        return entry(*arguments)

    def done(self, function, *arguments):
        status = self.call(function, *arguments)
        assert status.code == 0, f"{function}: {status.message.decode()}"

    def close(self, model):
        getattr(self.functions, f"{self.name}_close")(model)
