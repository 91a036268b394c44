#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Tokens, faults on request, and what survives a kill.
. "$(dirname "$0")/lib.sh"
start --token-seconds 600
sign_in() { curl -s -o "$work/out" -w '%{http_code}' "$token/sandbox/oauth2/v2.0/token" -d "grant_type=client_credentials&client_id=tradepost&client_secret=$1&scope=https%3A%2F%2Fapi.businesscentral.dynamics.com%2F.default"; }

# tokens
is "a wrong secret" "$(sign_in no) $(jq -r .error "$work/out")" "401 invalid_client"
is "a right one" "$(sign_in sandbox-secret) $(jq -r '.token_type, .expires_in' "$work/out" | paste -sd' ')" "200 Bearer 600"
bearer=$(jq -r .access_token "$work/out")
got() { curl -sg -o "$work/out" -w '%{http_code}' -H "Authorization: Bearer $1" "$api/vendors"; }
is "opens NAV" "$(got "$bearer")" 200
is "another does not" "$(got nonsense)" 401
is "another tenant" "$(curl -s -d 'grant_type=client_credentials' "$token/other/oauth2/v2.0/token" | jq -r .error)" invalid_request
is "another grant" "$(curl -s -d 'grant_type=password' "$token/sandbox/oauth2/v2.0/token" | jq -r .error)" unsupported_grant_type
is "no scope" "$(curl -s -d 'grant_type=client_credentials&client_id=tradepost&client_secret=sandbox-secret' "$token/sandbox/oauth2/v2.0/token" | jq -r .error)" invalid_request
stop
start --token-seconds 1
sign_in sandbox-secret >/dev/null
bearer=$(jq -r .access_token "$work/out")
sleep 1.1
is "after its life it is refused" "$(got "$bearer") $(jq -r .error.code "$work/out")" "401 Authentication_InvalidCredentials"

# faults
body() { echo '{"id":"5b1c7a10-0000-4000-8000-0000000000'$1'","vendorNumber":"V10000","vendorInvoiceNumber":"F-'$1'"}'; }
fault "$nav" '{"match":"POST purchaseInvoices","fault":"429","count":2,"retry_after":7}'
post "$api/purchaseInvoices" "$(body 01)" >/dev/null
is "429" "$(status) $(header retry-after)" "429 7"
post "$api/purchaseInvoices" "$(body 01)" >/dev/null
is "as often as asked" "$(status)" 429
ask "$api/vendors" >/dev/null
is "other requests go on" "$(status)" 200
post "$api/purchaseInvoices" "$(body 01)" >/dev/null
is "then no more" "$(status)" 201
fault "$nav" '{"match":"POST purchaseInvoices","fault":"503-before"}'
post "$api/purchaseInvoices" "$(body 02)" >/dev/null
is "503 before the change" "$(status) $(effects insert)" "503 1"
fault "$nav" '{"match":"POST purchaseInvoices","fault":"500-after"}'
post "$api/purchaseInvoices" "$(body 03)" >/dev/null
is "500 after the change" "$(status) $(effects insert)" "500 2"
post "$api/purchaseInvoices" "$(body 03)" >"$work/out"
is "a repetition is noticed" "$(jq -r .error.code "$work/out") $(effects insert)" "Internal_EntityWithSameKeyExists 2"
fault "$nav" '{"match":"POST purchaseInvoices","fault":"cut-before"}'
post "$api/purchaseInvoices" "$(body 04)" >/dev/null
is "cut before the change" "$? $(effects insert)" "52 2"
fault "$nav" '{"match":"POST purchaseInvoices","fault":"cut-after"}'
post "$api/purchaseInvoices" "$(body 05)" >/dev/null
is "cut after the change" "$? $(effects insert)" "52 3"
fault "$nav" '{"match":"GET vendors","fault":"slow","seconds":1}'
started=$(date +%s%N)
ask "$api/vendors" >/dev/null &
slow=$!
sleep 0.2
ask "$api/customers" >/dev/null
is "others are not held up" "$((($(date +%s%N) - started) < 800000000))" 1
wait $slow
is "a slow answer" "$((($(date +%s%N) - started) >= 1000000000))" 1
fault "$nav" '{"match":"* *","fault":"expired-token"}'
ask "$api/vendors" >/dev/null
is "an expired token, by a pattern for all" "$(status)" 401
fault "$nav" '{"match":"POST Microsoft.NAV.post","fault":"late-commit","seconds":1}'
post "$api/purchaseInvoices" '{"id":"5b1c7a10-0000-4000-8000-000000000006","vendorNumber":"V10000","vendorInvoiceNumber":"F-06","purchaseInvoiceLines":[{"lineType":"Item","lineObjectNumber":"70000","quantity":1}]}' >/dev/null
ask "$api/purchaseInvoices(5b1c7a10-0000-4000-8000-000000000006)/Microsoft.NAV.post" -X POST -H 'Content-Length: 0' >/dev/null
is "a late commit answers 504" "$(status)" 504
is "and has not happened" "$(ask "$api/purchaseInvoices(5b1c7a10-0000-4000-8000-000000000006)" | jq -r .status)" Draft
sleep 1.3
is "it happens later" "$(ask "$api/purchaseInvoices(5b1c7a10-0000-4000-8000-000000000006)" | jq -r .status) $(effects post)" "Open 1"
is "an unknown fault" "$(curl -s -o /dev/null -w '%{http_code}' -d '{"match":"GET x","fault":"no"}' "$nav/_sandbox/faults")" 400
fault "$nav" '{"match":"GET x","fault":"429"}'
is "waiting faults are listed" "$(curl -s "$nav/_sandbox/faults" | jq -r '.[0].match')" "GET x"
curl -s -X DELETE "$nav/_sandbox/faults"
is "and forgotten" "$(curl -s "$nav/_sandbox/faults" | jq length)" 0

# tables
is "a row is changed" "$(curl -s -d '{"number":"V10000","blocked":"All"}' "$nav/_sandbox/tables/vendors" | jq -r .blocked)" All
like "and NAV minds it" "$(post "$api/purchaseInvoices" "$(body 07)" | jq -r .error.message)" 'You cannot create this type of document*'
is "a table is dumped" "$(curl -s "$nav/_sandbox/tables/vendors" | jq length)" 5

# a kill
orders=$(curl -s "$nav/_sandbox/tables/purchaseInvoices" | jq -S .)
count=$(wc -l <"$work/state/effects.jsonl")
kill -9 "$pid"; wait "$pid" 2>/dev/null; pid=''
printf '{"table":"vendors","id":"torn' >>"$work/state/state.log"
sed -i '$d' "$work/state/effects.jsonl"
start
is "a killed sandbox comes back as it was" "$([ "$orders" = "$(curl -s "$nav/_sandbox/tables/purchaseInvoices" | jq -S .)" ] && echo yes)" yes
is "the ledger is mended" "$(wc -l <"$work/state/effects.jsonl")" "$count"
post "$api/customers" '{"displayName":"New"}' >/dev/null
is "and goes on" "$(jq -s '.[-1].n' "$work/state/effects.jsonl")" $((count + 1))
kill -9 "$pid"; wait "$pid" 2>/dev/null; pid=''
start
is "more than once" "$(ask "$api/customers" | jq '.value | length')" 2
finish
