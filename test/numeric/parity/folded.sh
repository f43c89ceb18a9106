#!/bin/sh
# usage: folded.sh SINTER NUMERIC-FOLDED ROOT MODEL [NAME=VALUE...]
# Prediction of one example with batch norm folded into its weights; values are build options.
set -eu
sinter=$1 program=$2 root=$3 model=$4
shift 4
sets=
for option; do sets="$sets --set $option"; done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$sinter" emit "$root/examples/$model/$model.cpp" --stage graph --batch 1,8 $sets -o "$folder/$model.mlir"
"$program" "$folder/$model.mlir"
