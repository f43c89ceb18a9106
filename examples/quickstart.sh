#!/bin/bash
# From a bare Debian 12 to a trained network in a C program: installs what is missing, builds Sinter, compiles
# examples/mlp/mlp.cpp to a trainer, trains it on the built-in data, makes a library of it and calls that from C.
# usage: examples/quickstart.sh [FOLDER]    results go to FOLDER (default: build/quickstart)
set -eu
cd "$(dirname "$0")/.."
root=$PWD
out=${1:-$root/build/quickstart}
say() { printf '\n== %s\n' "$*"; }

say "packages"
bash compiler/cmake/packages.sh
export PATH=/usr/lib/llvm-22/bin:$PATH

say "building sinter (the first time takes some minutes)"
[ -f build/release/build.ninja ] || cmake --preset release >/dev/null
cmake --build --preset release --target sinter-tool
sinter=$root/build/release/bin/sinter

mkdir -p "$out"
cp examples/mlp/mlp.cpp examples/mlp/predict.c "$out"
cd "$out"

say "sinter build mlp.cpp -o mlp"
"$sinter" build mlp.cpp -o mlp --timing

say "./mlp --epochs 8 --save mlp.safetensors"
./mlp --epochs 8 --save mlp.safetensors

say "sinter build mlp.cpp --kind static-lib -o libmlp.a"
"$sinter" build mlp.cpp --kind static-lib -o libmlp.a

say "cc predict.c libmlp.a -lm -lpthread -o predict && ./predict mlp.safetensors"
cc -std=c99 predict.c libmlp.a -lm -lpthread -o predict
./predict mlp.safetensors

say "done"
cat <<END
In $out:
  mlp               the trainer: ./mlp --help; ./mlp --data DIR trains on Fashion-MNIST's files
  mlp.safetensors   its weights, with PyTorch's names and shapes
  libmlp.a, mlp.h   the library; predict.c is the program above
Try next:
  $sinter emit $out/mlp.cpp --stage fused --elide | less     what becomes one kernel
  $sinter bench $out/mlp.cpp                                 every kernel, measured
  edit $out/mlp.cpp: another layer, dropout, momentum
END
