#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cppcheck is quiet over src/; what it says wrongly is in cppcheck.suppress,
# with the reason.
set -u
cd "${TP_SOURCE:-.}" || exit 99
if ! command -v cppcheck >/dev/null; then
    echo "1..0 # SKIP cppcheck is not installed"
    exit 0
fi
said=$(cppcheck --enable=warning,performance,portability --std=c11 \
    --inline-suppr --quiet -j2 --max-configs=1 -D_GNU_SOURCE \
    --suppressions-list=tests/check/cppcheck.suppress --error-exitcode=1 \
    --template='{file}:{line}: {message} [{id}]' -Isrc src 2>&1)
status=$?
echo "1..1"
if [ $status -eq 0 ] && [ -z "$said" ]; then
    echo "ok 1 - cppcheck is quiet"
else
    echo "not ok 1 - cppcheck is quiet"
    sed 's/^/# /' <<< "$said" | head -n 40
    exit 1
fi
