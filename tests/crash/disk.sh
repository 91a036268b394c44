#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every write, sync and rename of the journal fails in turn (EIO, ENOSPC): the
# driver says so and stops; run again on a good disk, nothing told is lost and
# every effect happens once.
set -u
driver=$TP_BUILD/tests/crash/store_driver
export ASAN_OPTIONS=detect_leaks=0 TRADEPOST_RESERVE_MB=0 TRADEPOST_BUSY_MS=50
if ! strace -qq -e trace=fsync -e inject=fsync:error=EIO:when=99 true 2>/dev/null; then
    echo "1..0 # SKIP strace cannot inject failures here"; exit 0
fi
base=$(mktemp -d "${TMPDIR:-/tmp}/tp-disk-XXXXXX")
[ -w /dev/shm ] && { rmdir "$base"; base=$(mktemp -d /dev/shm/tp-disk-XXXXXX); }
trap 'rm -rf "$base"' EXIT
number=0 failed=0

result() { # 0 or 1, what
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then echo "ok $number - $2"; else echo "not ok $number - $2"; failed=1; fi
}

# call errno n codes: one failure at the nth call; prints why when a promise is broken. Sets fired.
history() {
    local home=$base/home status
    rm -rf "$home"; mkdir "$home"
    strace -f -qq -o "$base/trace" -e trace="$1" -e inject="$1:error=$2:when=$3" \
        "$driver" run "$home" > "$home/told" 2> "$base/said"
    status=$?
    grep -q INJECTED "$base/trace"; fired=$?
    [ "$fired" -eq 0 ] || return 0
    case $status in
        75) grep -qE "$4" "$base/said" ||
                { echo "# $1 $2 $3: said $(cat "$base/said")"; return 1; } ;;
        0) ;; # a call whose failure SQLite may survive, such as a checkpoint's
        *) echo "# $1 $2 $3: ended with $status: $(cat "$base/said")"; return 1 ;;
    esac
    for mode in check run end; do
        "$driver" "$mode" "$home" "$home/told" >> "$home/told" 2> "$base/said" ||
            { echo "# $1 $2 $3: then $mode: $(cat "$base/said")"; return 1; }
    done
}

sweep() { # call errno step codes
    local at=1 bad=0 tried=0 deadline=$((SECONDS + 4))
    while [ $SECONDS -lt $deadline ]; do
        history "$1" "$2" "$at" "$4" || { bad=1; break; }
        [ "$fired" -eq 0 ] || break
        tried=$((tried + 1)) at=$((at + $3))
    done
    [ "$tried" -gt 0 ] || bad=1
    result $bad "$2 at $tried points of $1"
}

# SQLite forgets why a sync failed when it has to undo, hence both codes.
sweep fdatasync EIO 1 TP4004
sweep fdatasync ENOSPC 3 'TP400[34]'
sweep fsync EIO 1 'TP400[14]'
sweep pwrite64 ENOSPC 7 TP4003
sweep pwrite64 EIO 9 TP4004
sweep rename EIO 2 TP4001
sweep write ENOSPC 4 TP4003
echo "1..$number"
exit $failed
