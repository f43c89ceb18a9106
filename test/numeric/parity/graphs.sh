# Sourced by the scripts beside it. `folder` is a temporary folder that goes when the script ends;
# emit_graphs SINTER MODEL.cpp [NAME=VALUE...] writes the model's graph to f32.mlir and f64.mlir there.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
emit_graphs() {
  sinter=$1 model=$2
  shift 2
  sets=
  for option; do sets="$sets --set $option"; done
  for type in f32 f64; do
    "$sinter" emit "$model" --stage graph --type $type $sets -o "$folder/$type.mlir"
  done
}
