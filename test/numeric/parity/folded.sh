#!/bin/sh
# usage: folded.sh SINTER NUMERIC-FOLDED MODEL.cpp [NAME=VALUE...]
# Prediction of one model with batch norm folded into its weights; values are build options.
set -eu
sinter=$1 program=$2 model=$3
shift 3
sets=
for option; do sets="$sets --set $option"; done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$sinter" emit "$model" --stage graph --batch 1,8 $sets -o "$folder/model.mlir"
"$program" "$folder/model.mlir"
