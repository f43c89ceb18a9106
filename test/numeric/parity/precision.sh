#!/bin/sh
# usage: precision.sh SINTER NUMERIC-PRECISION NAME MODEL.cpp GOLDEN [NAME=VALUE...]
# What f32 keeps of one model's gradients, beside PyTorch; values are build options.
set -eu
sinter=$1 program=$2 name=$3 model=$4 golden=$5
shift 5
sets=
for option; do sets="$sets --set $option"; done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for type in f32 f64; do
  "$sinter" emit "$model" --stage graph --type $type $sets -o "$folder/$type.mlir"
done
"$program" "$name" "$folder/f64.mlir" "$folder/f32.mlir" "$golden"
