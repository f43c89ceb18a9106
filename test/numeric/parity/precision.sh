#!/bin/sh
# usage: precision.sh SINTER NUMERIC-PRECISION NAME MODEL.cpp GOLDEN [NAME=VALUE...]
# What f32 keeps of one model's gradients, beside PyTorch; values are build options.
set -eu
. "$(dirname "$0")/graphs.sh"
sinter=$1 program=$2 name=$3 model=$4 golden=$5
shift 5
emit_graphs "$sinter" "$model" "$@"
"$program" "$name" "$folder/f64.mlir" "$folder/f32.mlir" "$golden"
