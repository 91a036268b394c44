#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The lists in the man pages are those that the program prints, and the pages
# format without a warning.
. "${TP_SOURCE:-.}/tests/cli/lib.sh"
mkdir "$work/man"
for page in "$TP_SOURCE"/doc/man/*.[1-8]; do cat "$page" > "$work/man/$(basename "$page")"; done
"$TP_SOURCE/doc/man/update" "$tradepost" "$work/man"
for page in "$TP_SOURCE"/doc/man/*.[1-8]; do
    name=$(basename "$page")
    is "$name is up to date (else: make manual)" 0 "" diff "$page" "$work/man/$name"
    if command -v groff >/dev/null; then
        is "$name formats cleanly" 0 "" groff -man -Tutf8 -ww -z "$page"
    fi
done
finish
