"""usage: change.py ADAM AMSGRAD SGD   what checkpoints of one step hold after a change of optimizers
       change.py --count FILE N   the optimizer's own count of steps"""
import struct, sys

from stfile import read


def bytes_of(path):
    return {name: data for name, (_, _, data) in read(path).items()}


if sys.argv[1] == "--count":
    assert struct.unpack("<q", bytes_of(sys.argv[2])["optimizer/step"])[0] == int(sys.argv[3])
    sys.exit()
adam, amsgrad, sgd = map(bytes_of, sys.argv[1:])
for name in ("fc.weight", "fc.bias"):
    assert adam[name] == amsgrad[name] == sgd[name], name
    for state in ("exp_avg", "exp_avg_sq"):
        key = f"optimizer/{name}.{state}"
        assert any(adam[key]) and adam[key] == amsgrad[key] and key not in sgd, key
    assert not any(amsgrad[f"optimizer/{name}.max_exp_avg_sq"]), name
    assert not any(sgd[f"optimizer/{name}.momentum_buffer"]), name
assert struct.unpack("<q", amsgrad["optimizer/step"])[0] == 20
assert amsgrad["trainer/hyper/lr"] == adam["trainer/hyper/lr"] == struct.pack("<d", .002) and "trainer/hyper/weight-decay" in amsgrad
