#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# No test is forgotten: each file that is one stands in a Makefile, and a list
# that was lost would take many with it without a word.
set -u
cd "${TP_SOURCE:-.}" || exit 99
lists=$(cat Makefile.am tests/*/*.inc src/*/*.inc)
lost=
for file in tests/unit/*_test.c tests/x12/*_test.c tests/*/*.scenario tests/*/*.sh tests/*/*.py tests/*/*.mjs tests/fuzz/*.c; do
    [ -e "$file" ] || continue
    [[ $lists == *"$file"* ]] || lost+="# $file"$'\n'
done
if [ -z "$lost" ]; then echo "ok 1 - every test stands in a Makefile"
else echo "not ok 1 - every test stands in a Makefile"; printf %s "$lost"; fi
echo 1..1
[ -z "$lost" ]
