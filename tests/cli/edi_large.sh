#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# X12 files larger than what may be in memory: what a command needs at most
# does not grow with the file.
. "${TP_SOURCE:-.}/tests/cli/lib.sh"
cd "$work" || exit 99
# The sanitizer keeps freed memory; it would be seen here.
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:quarantine_size_mb=1:malloc_context_size=1"
SETS=24000 # 17 MB
# What may be more for the large file, in KB; the sanitizer's allocator, which
# keeps freed blocks of each size apart, needs some of it by itself.
MORE=1024
! grep -q __asan_init "$tradepost" || MORE=4096

# orders FILE SETS GROUP [CHANGE]: so many orders, GROUP of them in each group.
orders() {
    awk -v sets="$2" -v size="$3" -v change="${4:-0}" '
    function open_group() {
        group++
        print "GS*PO*BLUEFISH01*123456789*20251120*0858*" group "*X*004010~"
    }
    BEGIN {
        print "ISA*00*          *00*          *ZZ*BLUEFISH01     *01*123456789      *251120*0858*U*00401*000000918*0*P*>~"
        for (i = 1; i <= sets; i++) {
            if (i % size == 1 || size == 1) open_group()
            printf "ST*850*%04d~\nBEG*00*SA*PO-%d**20251112~\nCUR*BY*USD~\nREF*DP*042~\nPER*BD*ANNA BERG*TE*5125550142~\n", i, i
            for (line = 1; line <= 8; line++)
                printf "PO1*%d*%d*CA*155.7**BP*70000*VN*BF-220~\nPID*F****COD FILLET 10 LB~\n", line, (i == change ? 41 : 40)
            printf "CTT*8~\nSE*23*%04d~\n", i
            if (i % size == 0 || i == sets) print "GE*" (size < sets ? size : sets) "*" group "~"
        }
        print "IEA*" group "*000000918~"
    }' > "$1"
}
orders small.edi 12 12
orders large.edi $SETS $SETS
orders groups.edi $SETS 1

# Three thousand interchanges in one file.
for _ in $(seq 3000); do cat small.edi; done | awk '/^ISA/ { n++ } { sub(/0000009[0-9]+\*0\*P/, sprintf("%09d*0*P", n)); sub(/^IEA\*1\*[0-9]+/, sprintf("IEA*1*%09d", n)); print }' > files.edi

# Peak memory in KB of a command whose output is thrown away.
peak() {
    python3 - "$@" <<'E2'
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
E2
}
tp() { "$tradepost" -c "$work/none" "$@"; }

grows_by() { # name, KB at most, command with SIZE for the file
    local name=$1 most=$2 small large; shift 2
    small=$(peak "$tradepost" -c "$work/none" "${@//SIZE/small}")
    large=$(peak "$tradepost" -c "$work/none" "${@//SIZE/${file:-large}}")
    if [ $((large - small)) -le "$most" ]; then verdict yes "$name"
    else verdict no "$name"; echo "# $small KB for a small file, $large KB for a large one"; fi
}

# KB of a command's own, libraries and program text not counted, once it has
# read all of large.edi but its end.
own() {
    python3 - "$@" <<'E2'
import subprocess, sys, time
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
child.stdin.write(open("large.edi", "rb").read())
child.stdin.flush()
time.sleep(0.5)
print(next(line.split()[1] for line in open("/proc/%d/status" % child.pid) if line.startswith("RssAnon")))
child.stdin.close()
child.wait()
E2
}
own_most() { [ "$(own "$tradepost" -c "$work/none" edi "$1" -)" -le 4096 ] && echo yes; }

has "a large file is clean" 0 "sets $SETS: $SETS accepted, 0 rejected" tp edi check large.edi
has "and one of many groups" 0 "groups $SETS, sets $SETS: $SETS accepted, 0 rejected" tp edi check groups.edi
grows_by "check: memory does not grow with the file" $MORE edi check SIZE.edi
file=groups grows_by "check: nor with the number of groups" $MORE edi check SIZE.edi
file=files grows_by "check: nor with the number of interchanges" $MORE edi check SIZE.edi
grows_by "view: memory does not grow with the file" $MORE edi view SIZE.edi
grows_by "view --html: memory does not grow with the file" $MORE edi view --html SIZE.edi
file=groups grows_by "view: nor with the number of groups" $MORE edi view SIZE.edi
if [ $MORE = 1024 ]; then
    is "check: four megabytes of its own are enough" 0 yes own_most check
    is "view: so they are" 0 yes own_most view
fi
is "view: all of it is shown" 0 $SETS bash -c "'$tradepost' -c none edi view large.edi | grep -c '^    Set 850 .*: accepted'"
is "view: each group and its end" 0 $((2 * SETS)) bash -c "'$tradepost' -c none edi view groups.edi | grep -c '^  Group PO '"
finish
