#!/usr/bin/env bash
# A data-prep pipeline: make a dataset, count it, split it.
#
#   examples/prepare.sh [OUT_DIR]
#
# PROVIDER defaults to offline, which needs no key; set it to gemini or openai
# (and MODEL with openai) for real data.
set -euo pipefail

out="${1:-dataset}"
arguments=(
  --query "Customer questions about a parcel service and their answers"
  --format qa
  --samples 200
  --provider "${PROVIDER:-offline}"
  --seed 1
  --output-prefix "$out/support"
  --output-format jsonl
  --overwrite
)
if [ -n "${MODEL:-}" ]; then
  arguments+=(--model "$MODEL")
fi

# stdout holds the path of the finished file and nothing else. Exit code 3 means
# that the model had no more to give: the file is good, only shorter. Without a
# single sample there is no file.
status=0
data=$(sdgen "${arguments[@]}") || status=$?
if [ "$status" -ne 0 ] && [ "$status" -ne 3 ] || [ -z "$data" ]; then
  exit "$status"
fi

rows=$(wc -l < "$data")
head -n $((rows * 9 / 10)) "$data" > "$out/train.jsonl"
tail -n +$((rows * 9 / 10 + 1)) "$data" > "$out/validation.jsonl"
wc -l "$out/train.jsonl" "$out/validation.jsonl"
