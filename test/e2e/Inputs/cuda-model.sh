#!/bin/sh
# cuda-model.sh FAKE_DRIVER MODEL.cpp BATCH OPTIONS...: three steps on the emulator and on the CPU give the same weights.
set -e
driver=$1 source=$2 batch=$3
shift 3
name=$(basename "$source" .cpp)
sed -E "s/\.batch = [0-9]+/.batch = $batch/" "$source" > "$name.cpp"
sinter build "$name.cpp" "$@" --target cuda:sm_90 -o "$name-cuda"
sinter build "$name.cpp" "$@" --target cpu:x86-64-v3 -o "$name-cpu"
LD_LIBRARY_PATH=$driver "./$name-cuda" --steps 3 --quiet --save gpu.safetensors
"./$name-cpu" --steps 3 --quiet --save cpu.safetensors
cmp gpu.safetensors cpu.safetensors
