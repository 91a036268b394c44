#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Limits: files 500 lines, functions 60 lines, public headers 150 lines.
set -u
cd "${TP_SOURCE:-.}" || exit 99
failed=0 number=0
report() {
    number=$((number + 1))
    if [ -z "$2" ]; then echo "ok $number - $1"
    else echo "not ok $number - $1"; sed 's/^/# /' <<< "$2"; failed=1; fi
}
report "files have at most 500 lines" "$(find src tests -name '*.[ch]' -exec wc -l {} + | awk '$2 != "total" && $1 > 500 {print $2 ": " $1}')"
report "functions have at most 60 lines" "$(find src -name '*.c' -exec awk 'FNR == 1 {open = 0} /^\{/ {start = FNR; open = 1} /^\}/ {if (open && FNR - start > 60) print FILENAME ":" start ": " FNR - start; open = 0}' {} +)"
report "headers have at most 150 lines" "$(find src -name '*.h' ! -name '*_private.h' -exec wc -l {} + | awk '$2 != "total" && $1 > 150 {print $2 ": " $1}')"
report "every source carries its licence" "$(find src tests -name '*.[ch]' -exec grep -L 'SPDX-License-Identifier: Apache-2.0' {} +)"
echo "1..$number"
exit $failed
