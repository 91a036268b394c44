#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# merge.sh FOLDER : after `make fuzz` in FOLDER's parent, keeps of what was found
# what reaches code that the seeds do not reach, as little as does it, in
# tests/fuzz/corpus. Files with a name of their own are never taken away.
set -eu
found=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.."
export TP_SOURCE=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for entry in x12 x12_guide x12_tools; do
    corpus=tests/fuzz/corpus/$entry
    mkdir -p "$work/old/$entry"
    find "$corpus" -type f | grep -E '/[0-9a-f]{12}$' |
        xargs -r mv -t "$work/old/$entry"
done
bash tests/fuzz/seeds.sh "$work/seeds"
for entry in x12 x12_guide x12_tools; do
    corpus=tests/fuzz/corpus/$entry
    ls "$work/seeds/$entry" >"$work/names"
    "$found/${entry}_fuzz" -set_cover_merge=1 -use_counters=0 -max_len=4096 \
        -timeout=20 "$work/seeds/$entry" "$found/$entry" "$work/old/$entry" \
        2>"$work/log" || { tail "$work/log"; exit 1; }
    for file in "$work/seeds/$entry"/*; do
        grep -qxF "$(basename "$file")" "$work/names" ||
            cp "$file" "$corpus/$(sha1sum <"$file" | cut -c1-12)"
    done
    echo "$entry: $(find "$corpus" -type f | wc -l) files"
done
