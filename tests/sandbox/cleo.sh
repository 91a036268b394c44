#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the simulated Cleo mailbox promises.
. "$(dirname "$0")/lib.sh"
start
login() { curl -s -o "$work/out" -w '%{http_code}' "$cleo/api/authentication" -d "$1"; }
is "a wrong password" "$(login 'grant_type=password&username=cronus&password=no')" 401
is "a right one" "$(login 'grant_type=password&username=cronus&password=sandbox-secret') $(jq -r .token_type "$work/out")" "200 bearer"
bearer=$(jq -r .access_token "$work/out")
talk() { curl -sg -m 20 -D "$work/headers" -H "Authorization: Bearer $bearer" "$@"; sed -n '1s/[^ ]* \([0-9]*\).*/\1/p' "$work/headers" >"$work/status"; }
files=$cleo/api/files
is "no token" "$(curl -s -o /dev/null -w '%{http_code}' "$files/out/ACME")" 401
is "partners have folders" "$(talk "$files/out/ACME" | jq .totalResults)" 0
talk "$files/out/NOBODY" >/dev/null
is "others do not" "$(status)" 404

printf 'ISA*00*\000\377~' >"$work/file"
talk "$files/out/ACME/850-1.edi" --data-binary "@$work/file" -H 'Content-Type: application/octet-stream' >"$work/out"
id=$(jq -r .id "$work/out")
is "a file is taken" "$(status)" 201
like "with a transmission id" "$(header x-transmission-id)" 'T?????????'
is "it lies where a person can look" "$(cmp "$work/file" "$work/state/cleo/out/ACME/850-1.edi" && echo same)" same
is "it is listed" "$(talk "$files/out/ACME" | jq -c '.resources[0] | [.id, .name, .size]')" "[\"$id\",\"850-1.edi\",10]"
talk "$files/out/ACME/$id" >"$work/got"
is "and fetched, byte for byte" "$(cmp "$work/file" "$work/got" && echo same)" same
is "an encoded folder is the same" "$(talk "$files/out%2FACME" | jq .totalResults)" 1
talk "$files/out/ACME/850-1.edi" --data-binary "@$work/file" >/dev/null
is "the same name again overwrites" "$(talk "$files/out/ACME" | jq .totalResults)" 1
is "and is seen in the ledger" "$(effects upload)" 2
: >"$work/state/cleo/out/ACME/.being-written"
is "what starts with a dot waits" "$(talk "$files/out/ACME" | jq .totalResults)" 1
for n in 2 3 4; do talk "$files/out/ACME/850-$n.edi" --data-binary "@$work/file" >/dev/null; done
is "pages of a listing" "$(talk "$files/out/ACME?startIndex=1&count=2" | jq -c '[.totalResults, [.resources[].name]]')" '[4,["850-2.edi","850-3.edi"]]'
talk -X DELETE "$files/out/ACME/$id" >/dev/null
is "deleted" "$(status)" 204
talk -X DELETE "$files/out/ACME/$id" >/dev/null
is "once" "$(status)" 404
for bad in 'out/..%2F..%2Fx' '%2E%2E/x' 'out/.hidden' 'out//x'; do
    talk --path-as-is "$files/$bad" --data-binary x >/dev/null
    is "no way out by $bad" "$(status)" 400
done
is "nothing was written elsewhere" "$(find "$work/state" -name x | wc -l)" 0

# faults
fault "$cleo" '{"match":"POST files/out/ACME/*","fault":"cut-after"}'
talk "$files/out/ACME/cut.edi" --data-binary x >/dev/null
is "a cut after the upload" "$([ -f "$work/state/cleo/out/ACME/cut.edi" ] && echo there)" there
fault "$cleo" '{"match":"POST files/*","fault":"503-before"}'
talk "$files/out/ACME/none.edi" --data-binary x >"$work/out"
is "503 in Cleo's words" "$(status) $(jq -r 'keys[0]' "$work/out") $(ls "$work/state/cleo/out/ACME/none.edi" 2>/dev/null)" "503 message "

# Started again with tokens that end soon: nothing else waits for the clock.
stop
start --token-seconds 1
login 'grant_type=password&username=cronus&password=sandbox-secret' >/dev/null
bearer=$(jq -r .access_token "$work/out")
sleep 1.1
talk "$cleo/api/files/out/ACME" >/dev/null
is "a token ends" "$(status)" 401
finish
