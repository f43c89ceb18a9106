#!/bin/sh
# usage: examples.sh SINTER NUMERIC-PARITY-EXAMPLES MODEL.cpp GOLDEN [NAME=VALUE...]
# Parity of one model with PyTorch, and its gradient against central differences; values are build options.
set -eu
sinter=$1 program=$2 model=$3 golden=$4
shift 4
sets=
for option; do sets="$sets --set $option"; done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for type in f32 f64; do
  "$sinter" emit "$model" --stage graph --type $type $sets -o "$folder/$type.mlir"
done
"$program" parity "$folder/f64.mlir" "$folder/f32.mlir" "$golden"
"$program" directions "$folder/f64.mlir"
