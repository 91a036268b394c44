#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds with --coverage in build-coverage, runs what concerns the journal and
# the effects, and prints the branches taken. QUICK=1: the unit tests alone.
set -eu
cd "$TP_SOURCE"
mkdir -p build-coverage
cd build-coverage
[ -f Makefile ] || ../configure --quiet CC=gcc CFLAGS="-O0 -g --coverage" LDFLAGS=--coverage
units='store spool claims proof purge keeper vault failure destination delivery'
programs=
for unit in $units; do programs="$programs tests/unit/${unit}_test"; done
# shellcheck disable=SC2086
make -s -j"${JOBS:-2}" tradepost tradepost-sandbox tests/unit/purge_keeper_test tests/unit/vault_keeper_test \
    tests/crash/store_driver tests/crash/crash_at $programs
find . -name '*.gcda' -delete
TP_BUILD=$PWD
export TP_BUILD
for program in $programs tests/unit/purge_keeper_test tests/unit/vault_keeper_test; do
    "./$program" > /dev/null || echo "# $program fails"
done
if [ -z "${QUICK:-}" ]; then
    (cd ../tests/flow && python3 run_scenarios.py; TP_POINTS=20 python3 restore.py) | grep -v '^ok' || true
    for file in ../tests/cli/*.sh; do bash "$file" | grep '^not ok' || true; done
    python3 ../tests/daemon/daemon.py | grep '^not ok' || true
fi
python3 ../tests/check/coverage.py .
