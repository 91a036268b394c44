#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The power goes away at the journal's system calls, on real file systems; and
# defects that are planted below the program or in it are each found by it.
# TP_POWER_SECONDS: how long for each (make torture: until every call is cut).
set -u
build=$TP_BUILD/tests/crash
driver=$build/store_driver
seconds=${TP_POWER_SECONDS:-8}
number=0 failed=0

result() { # 0 or 1, what
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then echo "ok $number - $2"; else echo "not ok $number - $2"; failed=1; fi
}

skip() {
    number=$((number + 1))
    echo "ok $number - $1 # SKIP $2"
}

sweep() { # file system, seconds, cuts, liar
    said=$("$build/power_sweep" "$driver" "$1" "$2" "$3" ${4:+"$4"} 2> /dev/null)
    status=$?
    sum=$(grep ' cuts, ' <<< "$said")
    return $status
}

for kind in ext4 xfs; do
    if [ ! -x /usr/sbin/mkfs.$kind ]; then
        skip "power cuts on $kind" "mkfs.$kind is not here"; continue
    fi
    sweep $kind "$seconds" 1000000
    case $status in
        77) skip "power cuts on $kind" "not root, or no loop device here" ;;
        *) result $status "power cuts on $kind: $sum"
            [ $status -eq 0 ] || grep '^#' <<< "$said" | head -5 ;;
    esac
done

found() { # what, liar: at least one cut must fail
    sweep ext4 60 60 "${2:-}"
    case $status in
        77) skip "$1" "not root, or no loop device here" ;;
        1) result "$([[ $sum == *' 0 failed,'* ]]; echo $((1 - $?)))" "found: $1: $sum" ;;
        *) result 1 "not found: $1: $sum" ;;
    esac
}

if grep -q __asan_init "$driver"; then
    skip "planted defects" "a preloaded library and the sanitizer do not go together"
else
    # A folder that is not synced goes unnoticed here: on these file systems the
    # journal's next sync takes it along. states.py notices it.
    for lie in no-sync no-file-sync lazy-journal; do
        TP_LIE=$lie found $lie "$build/liar.so"
    done
    STORE_DRIVER_DEFECT=send-first found "the effect before its journal entry"
    STORE_DRIVER_DEFECT=never-ask found "an effect in doubt repeated unasked"
fi
echo "1..$number"
exit $failed
