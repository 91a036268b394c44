#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the pages for readers name is there: functions and types in the source,
# files and folders in the tree, codes in the table, commands in the program.
cd "${TP_SOURCE:-.}" || exit 99
pages="README.md doc/ARCHITECTURE.md doc/SPOOL.md doc/sandbox.md tests/README.md tests/flow/README.md"
number=0 failed=0
none() { # what, then lines of what is missing
    number=$((number + 1))
    local lost; lost=$(cat)
    if [ -z "$lost" ]; then echo "ok $number - $1"; return; fi
    echo "not ok $number - $1"
    sed 's/^/# /' <<< "$lost"
    failed=1
}
each() { # pattern of grep: "page word" for each match
    grep -oE "$1" $pages | sed 's/:/ /' | sort -u
}
words=$(mktemp)
trap 'rm -f "$words"' EXIT
grep -rhoE '[a-zA-Z_][a-zA-Z0-9_]*' src --include=*.[ch] --include=*.tbl | sort -u > "$words"

none "every function that is named exists" < <(each '`[a-z][a-z0-9]*_[a-z0-9_]*(\(\))?`' | tr -d '`()' | while read -r page word; do
    grep -qx "$word" "$words" || echo "$page: $word"
done)
none "every code that is named exists" < <(each 'TP[0-9]{4}' | while read -r page code; do
    grep -q "($code," src/base/errors/*.tbl || echo "$page: $code"
done)
none "every link leads somewhere" < <(each '\]\([^)#]*' | sed 's/\](//' | while read -r page file; do
    case $file in http*) continue ;; esac
    [ -e "$(dirname "$page")/$file" ] || echo "$page: $file"
done)
none "every file that is named exists" < <(each '\b(src|doc|tests|edi|etc|partners)/[A-Za-z0-9_./-]*[A-Za-z0-9_]' | while read -r page file; do
    [ -e "$file" ] || [ -e "$file.c" ] || echo "$page: $file"
done)
none "README shows every folder of src/" < <(for folder in src/*/; do
    grep -q "${folder%/}\b" README.md || echo "${folder%/}"
done)
echo "1..$number"
exit $failed
