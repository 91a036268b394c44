#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every header compiles alone.
set -u
cd "${TP_SOURCE:-.}" || exit 99
number=0 failed=0
flags=$(pkg-config --cflags libcurl libxml-2.0 jansson libcrypto libssh2 sqlite3 libconfig libmicrohttpd)
for header in $(find src -name '*.h' ! -name config.h | sort); do
    number=$((number + 1))
    if out=$(${CC:-cc} -std=gnu17 -D_GNU_SOURCE -fsyntax-only -Isrc $flags -x c "$header" 2>&1)
    then echo "ok $number - $header"
    else echo "not ok $number - $header"; sed 's/^/# /' <<< "$out"; failed=1; fi
done
echo "1..$number"
exit $failed
