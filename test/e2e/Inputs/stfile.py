"""safetensors files as bytes: what the scripts beside this file have in common."""
import json, struct


def split(data):
    """The header, and the bytes behind it."""
    n = struct.unpack("<Q", data[:8])[0]
    return json.loads(data[8:8 + n]), data[8 + n:]


def join(header, body):
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


def pack(tensors):
    """tensors: name -> (dtype, shape, bytes)"""
    header, body = {}, b""
    for name, (dtype, shape, data) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    return join(header, body)


def unpack(data):
    """The reverse of pack, without metadata."""
    header, body = split(data)
    return {k: (v["dtype"], v["shape"], body[slice(*v["data_offsets"])]) for k, v in header.items() if k != "__metadata__"}


def read(path):
    return unpack(open(path, "rb").read())
