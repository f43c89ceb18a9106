"""How often the f32 values 0.5, 1.5, … are in a file: count_data.py FILE VALUES EXPECTED"""
import struct
import sys

file, values, expected = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
data = struct.pack(f"<{values}f", *(0.5 + i for i in range(values)))
found = open(file, "rb").read().count(data)
if found != expected:
    sys.exit(f"{file}: expects the constant {expected} times, got {found}")
