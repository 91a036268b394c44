#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The scanner for arm64 compiles, wherever a compiler for it is at hand: one
# of gcc's, or clang, which borrows this machine's headers.
set -u
cd "${TP_SOURCE:-.}" || exit 99
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags="-std=gnu17 -D_GNU_SOURCE -Isrc -Wall -Wextra -Werror -fsyntax-only"
probe() { echo '#include <arm_neon.h>' | "$@" $flags -x c - 2>/dev/null; }
if probe aarch64-linux-gnu-gcc; then
    compiler=(aarch64-linux-gnu-gcc)
else
    mkdir "$work/gnu" "$work/bits" && : > "$work/gnu/stubs-32.h"
    echo "#define __WORDSIZE 64" > "$work/bits/wordsize.h"
    compiler=(clang -target aarch64-linux-gnu -isystem "$work"
        -isystem "/usr/include/$(uname -m)-linux-gnu")
fi
if ! probe "${compiler[@]}"; then
    echo "1..0 # SKIP no compiler for arm64"
    exit 0
fi
failed=0 number=0
for source in scan_neon scan_window scan_plain scan check_quick; do
    number=$((number + 1))
    if "${compiler[@]}" $flags "src/x12/$source.c" 2>"$work/said"; then
        echo "ok $number - $source.c for arm64"
    else
        echo "not ok $number - $source.c for arm64"
        sed 's/^/# /' "$work/said"
        failed=1
    fi
done
echo "1..$number"
exit $failed
