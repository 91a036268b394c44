#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The cleo channel against the simulated mailbox, which was written from
# Cleo's public documents and not from this client.
. "${TP_SOURCE:-.}/tests/sandbox/lib.sh"
probe=${TP_BUILD:-.}/tests/interop/channel_probe
start --token-seconds 2
mkdir -p "$work/etc/partners" "$work/etc/secrets" "$work/got"
printf 'sandbox-secret' > "$work/etc/secrets/cleo"
printf 'no' > "$work/etc/secrets/wrong"
chmod 600 "$work"/etc/secrets/*
cat > "$work/etc/tradepost.conf" <<'END'
company = { name = "CRONUS"; isa = "ZZ:CRONUS01"; gs = "CRONUS01"; };
cutover = "2020-01-01";
END
configure() { # password, folder that we read, more
    local get=
    [ -z "$2" ] || get="get = \"$2\";"
    cat > "$work/etc/partners/acme.conf" <<END
name = "Acme"; isa = "ZZ:ACME"; gs = "ACME";
channel = { kind = "cleo"; url = "$cleo"; user = "cronus";
  password = "secret:$1"; put = "/out/AC ME"; $get ${3:-} };
END
}
run() { timeout 60 "$probe" "$work/etc" ACME "$@" > "$work/said" 2>&1; }
count() { grep -cE -- "$1" "$work/said"; }
seq 1000 > "$work/file"
box_out="$work/state/cleo/out/AC ME"

configure cleo "/out/AC ME"
run put 850-1.edi "$work/file" find 850-1.edi 3893 find 850-1.edi 1 hold 2100 \
    fetch "$work/got" take list
is "sent with Cleo's id" "$(count '^sent 850-1.edi: Cleo 201, id T[0-9]+')" 1
is "found by name and size" "$(count '^found 850-1.edi there$') $(count '^found 850-1.edi no$')" "1 1"
is "a token that ended is renewed" "$(count '^fetched 1 of 1')" 1
is "fetched as it was sent" "$(cmp "$work/file" "$work/got/850-1.edi" && echo same)" same
is "and removed" "$(count '^removed 1 of 1') $(ls "$box_out")" "1 "
run puts 150 10 fetch "$work/got" take
is "more than a page" "$(count '^put 150 of 150') $(count '^fetched 150 of 150') $(count '^removed 150 of 150')" "1 1 1"

fault "$cleo" '{"match":"POST files/out/*","fault":"cut-after"}'
run put cut.edi "$work/file" find cut.edi 3893
is "an answer that never came is no answer" "$(count '^failed cut.edi TP5004 unsure')" 1
is "the mailbox knows that it arrived" "$(count '^found cut.edi there')" 1
fault "$cleo" '{"match":"POST files/out/*","fault":"cut-before"}'
run put none.edi "$work/file" find none.edi 3893
is "as unsure, when it did not arrive" "$(count '^failed none.edi TP5004 unsure')" 1
is "which nobody can tell" "$(count '^found none.edi unknown')" 1

configure cleo /nowhere/at/all
run probe
is "a folder that is not there" "$(count '^failed probe TP5041 config')" 1
configure cleo "" 'list = { path = ""; };'
run put 850-2.edi "$work/file" find 850-2.edi 3893 list
is "a mailbox that is not listed tells nothing" "$(count '^found 850-2.edi unknown')" 1
is "and nothing is taken from it" "$(count '^failed')" 0
configure cleo "/out" 'list = { path = ""; };'
run open
is "unless it says where from" "$(count '^failed open TP5050')" 1
configure cleo "" 'list = { path = "/api/nothing/{folder}"; };'
run find 850-2.edi 3893
is "nor does one that refuses to list" "$(count '^found 850-2.edi unknown')" 1
configure wrong "/out/AC ME"
run open
is "a wrong password" "$(count '^failed open TP5021 auth')" 1
finish
