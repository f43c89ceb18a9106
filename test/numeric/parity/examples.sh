#!/bin/sh
# usage: examples.sh SINTER NUMERIC-PARITY-EXAMPLES MODEL.cpp GOLDEN [NAME=VALUE...]
# Parity of one model with PyTorch, and its gradient against central differences; values are build options.
set -eu
. "$(dirname "$0")/graphs.sh"
sinter=$1 program=$2 model=$3 golden=$4
shift 4
emit_graphs "$sinter" "$model" "$@"
"$program" parity "$folder/f64.mlir" "$folder/f32.mlir" "$golden"
"$program" directions "$folder/f64.mlir"
