#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clang-tidy is quiet over src/; what it says wrongly is in tidy.suppress, with
# the reason, and a line there that says nothing any longer is a finding too.
# Its analyzer takes four times as long as all the rest: make tidy runs it as
# well, make check does not.
set -u
cd "${TP_SOURCE:-.}" || exit 99
build=${TP_BUILD:-build}
if ! command -v clang-tidy >/dev/null; then
    echo "1..0 # SKIP clang-tidy is not installed"
    exit 0
fi
if grep -q '^TP_CFLAGS.*fsanitize' "$build/Makefile" 2>/dev/null; then
    echo "1..0 # SKIP it reads only sources, which the build without sanitizers does"
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
some=,-clang-analyzer-*
[ "${TP_TIDY:-}" = whole ] && some=
flags="-std=gnu17 -D_GNU_SOURCE -DCURL_DISABLE_TYPECHECK -Isrc -I$build/src
    $(pkg-config --cflags libcurl libxml-2.0 jansson libcrypto libssh2 sqlite3 libconfig libmicrohttpd)"
flags="$flags -DTP_X12_RELEASE=\"0\""
for folder in DATA SYSCONF STATE SPOOL BIN SOURCE BUILD; do
    flags="$flags -DTP_${folder}DIR=\"/$folder\""
done
tidy() { # the names of files come in, what is said of them goes out
    xargs -P"$(nproc)" -n8 sh -c 'checks=$1 flags=$2; shift 2
        clang-tidy --quiet --checks="$checks" "$@" -- $flags
        [ $? -le 1 ] || echo "$1: error: clang-tidy did not end [crash]"' \
        - "$some" "$flags" 2>/dev/null |
        sed -n "s,^$PWD/,,; s/,-warnings-as-errors\]\$/]/; / error: /p" | sort -u
}
tell() { # number what; $work/said holds what should not have been said
    if [ -s "$work/said" ]; then
        echo "not ok $1 - $2"
        head -n 40 "$work/said" | sed 's/^/# /'
        failed=1
    else
        echo "ok $1 - $2"
    fi
}
failed=0
echo "1..3"
find src -name '*.c' | tidy > "$work/all"
grep -v '^#' tests/check/tidy.suppress > "$work/suppress"
grep -v -E -f "$work/suppress" "$work/all" > "$work/said"
tell 1 "clang-tidy is quiet"

: > "$work/said"
while read -r line; do
    case $some$line in ?*analyzer*analyzer*) continue ;; esac
    grep -q -E -e "$line" "$work/all" || echo "$line" >> "$work/said"
done < "$work/suppress"
tell 2 "tidy.suppress holds nothing that is not said"

: > "$work/said"
printf 'int planted(int a, int b);\nint\nplanted(int a, int b)\n{\n    return a == a ? b : a;\n}\n' \
    > "$work/planted.c"
cp .clang-tidy "$work/"
echo "$work/planted.c" | tidy | grep -q redundant-expression ||
    echo "a comparison of a with a was not found" > "$work/said"
tell 3 "a planted mistake is found"
exit $failed
