"""usage: npy.py make F.npy 1,1,28,28   a float32 array of fixed values
          npy.py data F.npy F.raw       its elements alone"""
import struct, sys


def header(shape, dtype="<f4"):
    sizes = ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "")
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': ({sizes}), }}"
    text += " " * (-(len(text) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()


def elements(data):
    """The bytes of the elements of a file."""
    assert data[:6] == b"\x93NUMPY", "not an npy file"
    return data[10 + struct.unpack("<H", data[8:10])[0] if data[6] == 1 else 12 + struct.unpack("<I", data[8:12])[0]:]


def main():
    if sys.argv[1] == "make":
        shape = [int(n) for n in sys.argv[3].split(",")]
        count = 1
        for n in shape:
            count *= n
        values = [(i * 37 % 256) / 256 for i in range(count)]
        open(sys.argv[2], "wb").write(header(shape) + struct.pack(f"<{count}f", *values))
    else:
        open(sys.argv[3], "wb").write(elements(open(sys.argv[2], "rb").read()))


if __name__ == "__main__":
    main()
