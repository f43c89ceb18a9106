#!/bin/bash
# usage: bash examples/quickstart.sh [FOLDER]    results go to FOLDER (default: build/quickstart)
# Builds Sinter, compiles examples/lenet to a trainer, trains it on the built-in data, makes a C library of it, and calls
# that from a C program. What is missing is installed and named (Debian, as root). Running it again builds only what
# changed and takes seconds.
set -eEu
root=$(cd "$(dirname "$0")/.." && pwd)
out=${1:-$root/build/quickstart}
mkdir -p "$out"
out=$(cd "$out" && pwd)
[ -t 1 ] && [ -z "${NO_COLOR:-}" ] && bold=$'\e[1m' plain=$'\e[0m' || bold='' plain=''
number=0
say() { number=$((number + 1)); printf '%s\n' "$bold$number/6 $*$plain"; }
show() { # show COMMAND...: prints it without the folders' names, then runs it
  local text="$*"
  text=${text//$root\/build\/release\/bin\//}
  printf '    $ %s\n' "${text//$root\//}"
  "$@"
}
trap 'echo "error: the quickstart stopped at step $number; the lines above say why" >&2' ERR

say "packages: what is missing is installed"
bash "$root/compiler/cmake/packages.sh"

say "building the compiler into build/release (about ten minutes the first time)"
cd "$root"
[ -f build/release/build.ninja ] || cmake --preset release >/dev/null
if [ -t 1 ]; then cmake --build --preset release --target sinter-tool
else cmake --build --preset release --target sinter-tool -- --quiet; fi

cd "$out"
sinter=$root/build/release/bin/sinter
say "compiling examples/lenet/lenet.cpp to a trainer, a program of its own"
show "$sinter" build "$root/examples/lenet/lenet.cpp" -o lenet
echo "    $(($(stat -c %s lenet) / 1000)) KB, needs libc and libm only"

say "training it on built-in drawings of digits"
show ./lenet --epochs 5 --save lenet.safetensors --log lenet.jsonl

say "making a C library of the same model, with a header"
show "$sinter" build "$root/examples/lenet/lenet.cpp" --kind static-lib -o liblenet.a

say "calling it from a C program of a few lines"
show cc -std=c99 -O2 -Wall -I. "$root/examples/lenet/predict.c" liblenet.a -lm -lpthread -o predict
show ./predict lenet.safetensors

cat <<TEXT

${bold}All of it lies in $out:$plain
    lenet              the trainer; ./lenet --help lists its flags
    lenet.safetensors  the weights, with the names and shapes of PyTorch's state_dict
    lenet.jsonl        loss, accuracy and times of every step
    liblenet.a, lenet.h
                       the library; predict is the program that called it
${bold}To try next:$plain
    draw another digit in examples/lenet/predict.c and run this again
    cd $out
    ./lenet --data DIR --epochs 10             the four IDX files of Fashion-MNIST lie in DIR (or gzipped)
    ./lenet --lr 0.05 --seed 7 --threads 1     other hyper-parameters; threads never change the result
    $sinter emit $root/examples/lenet/lenet.cpp --stage fused --elide
                                               what the compiler made of it; also graph, planned, llvm, asm
    $sinter bench $root/examples/lenet/lenet.cpp   each kernel's speed, by line of the model
TEXT
