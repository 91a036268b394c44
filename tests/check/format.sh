#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every source is as clang-format leaves it.
set -u
cd "${TP_SOURCE:-.}" || exit 99
echo "1..1"
if ! command -v clang-format >/dev/null; then echo "ok 1 # SKIP clang-format is not installed"; exit 0; fi
out=$(find src tests -name '*.[ch]' -exec clang-format --dry-run {} + 2>&1 | grep -E 'warning:' | sed 's/: warning:.*//' | head -n 20)
if [ -z "$out" ]; then echo "ok 1 - sources are formatted"; else echo "not ok 1 - clang-format -i would change"; sed 's/^/# /' <<< "$out"; exit 1; fi
