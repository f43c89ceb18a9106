#!/bin/sh
# usage: examples.sh SINTER NUMERIC-PARITY-EXAMPLES ROOT MODEL [NAME=VALUE...]
# Parity of one example with PyTorch, and its gradient against central differences; values are build options.
set -eu
sinter=$1 program=$2 root=$3 model=$4
shift 4
sets=
for option; do sets="$sets --set $option"; done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for type in f32 f64; do
  "$sinter" emit "$root/examples/$model/$model.cpp" --stage graph --type $type $sets -o "$folder/$model.$type.mlir"
done
"$program" parity "$folder/$model.f64.mlir" "$folder/$model.f32.mlir" "$root/test/numeric/goldens/$model.golden"
"$program" directions "$folder/$model.f64.mlir"
