#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Holds every include of src/ to doc/layers: only lower floors, or one's own.
set -u
cd "${TP_SOURCE:-.}" || exit 99
declare -A allowed
while read -r folder may _; do
    case $folder in ''|'#'*) continue ;; esac
    allowed[$folder]=" $folder "
done < doc/layers
while IFS= read -r line; do
    case $line in ''|'#'*) continue ;; esac
    set -- $line
    folder=$1; shift
    for word; do
        [ -n "${allowed[$word]:-}" ] && [ -d "src/$word" ] || break
        allowed[$folder]+="$word "
    done
done < doc/layers
wrong=0
while IFS=: read -r file number text; do
    from=${file#src/}; from=${from%%/*}
    to=$(sed -n 's/.*"\([a-z0-9]*\)\/.*/\1/p' <<< "$text")
    [ -n "$to" ] || continue
    case ${allowed[$from]:-} in
        *" $to "*) ;;
        *) echo "# $file:$number: $from may not include $to"; wrong=$((wrong + 1)) ;;
    esac
done < <(grep -rn '^#include "' src --include='*.c' --include='*.h' --include='*.tbl')
echo "1..1"
if [ $wrong -eq 0 ]; then echo "ok 1 - nothing points up"; else echo "not ok 1 - $wrong includes point up"; exit 1; fi
