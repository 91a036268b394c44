#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# After the demo: every command that looks at something answers, with the exit
# code that its manual promises.
. "${TP_SOURCE:-.}/tests/cli/lib.sh"
export XDG_DATA_HOME=$work/data
world=$work/data/tradepost/demo
"$tradepost" demo > "$work/said" 2>&1 || { cat "$work/said"; echo "Bail out! no demo"; exit 99; }
tp() { "$tradepost" --demo "$@"; }
id() { tp doc list --json | jq -r "select(.number == \"$1\" and .type == \"$2\").id"; }
dear=$(id INV-106212 810) shipped=$(id ASN-106212 856) unknown=$(id ASN-106216 856)

# Every command that the demo itself shows can be typed as it is shown.
grep -oE '^  [^ ]*tradepost --demo [a-z]+( [a-z]+)?( [0-9]+)?' "$work/said" > "$work/shown"
is "it shows four commands" 0 4 bash -c "wc -l < '$work/shown'"
while read -r shown; do
    run bash -c "$shown"
    [ "$status" -le 1 ] && [ -n "$output" ] && verdict yes "as shown: ${shown#"$TP_BUILD"/}" ||
        { verdict no "as shown: $shown"; explain_failure "0 or 1" "something"; }
done < "$work/shown"

has "today: five things, with the money" 1 "NEEDS YOU (5)   oldest first, money at risk 6,695.88 USD" tp today
has "today: an action for each" 1 "doc show $dear" tp today
has "status: everything accepted is somewhere" 1 "156 accepted = 151 done, 4 held, 0 dead, 1 ignored, 0 replaced, 0 in progress" tp status
has "doc list" 0 "156 documents" tp doc list
has "doc list of one partner and kind" 0 "4 documents" tp doc list --partner ACME --type 856
has "doc show: a bill that is held, with its story" 0 "line 10000: item 70014 costs 94.32, agreed 84.21: price +12.0 % (tolerance 1 %) [TP7032]" tp doc show "$dear"
has "doc show: line amounts" 0 "3,489.84" tp doc show "$dear"
has "doc show: what would release it" 0 "by itself when item:BLUEFISH:BF-999 is known" tp doc show "$unknown"
has "doc show --segments" 0 "Ship notice heading" tp doc show "$shipped" --segments
has "doc show --raw" 0 "ST*856*0001" tp doc show "$shipped" --raw
has "doc trace: order, ship notice and bill" 0 "ASN-106212" tp doc trace "$dear"
is "doc trace: three documents" 0 3 bash -c "'$tradepost' --demo doc trace $dear --json | wc -l"
has "order list" 0 "25 orders  94,428.67 USD" tp order list
has "order show: received and invoiced" 0 "10000  70014  LED HIGH BAY 150 W  EA       37       37        37        37  84.21        94.32" tp order show 106212
is "order show --json: the order, then its lines" 0 "tradepost.order/1 rejected,tradepost.order-line/1 null" \
    bash -c "'$tradepost' --demo order show 106207 --json | jq -r '.schema + \" \" + (.stage|tostring)' | head -n 2 | paste -sd,"
is "order show -o csv: one table" 0 1 bash -c "'$tradepost' --demo order show 106207 -o csv | grep -c ^line,"
has "a partner that nobody knows" 3 'found no partner "AXME"; did you mean ACME? [TP1009]' tp doc list --partner AXME
has "in every list" 3 'found no partner "NOBODY"' tp ack list --partner NOBODY
has "run of a flow that is not there" 3 'found no flow "purchase-order"; did you mean purchase-orders? [TP7003]' tp run purchase-order
is "queue list: nothing waits" 0 "0 documents" tp queue list
is "ack list --late: nothing" 0 "0 documents" tp ack list --late
has "ack list --rejected: one" 1 "106207" tp ack list --rejected
has "partner list: six" 0 "OAKRIDGE   Oakridge Tools       ZZ:OAKRIDGE    cleo" tp partner list
has "partner check" 0 "ACME is right" tp partner check ACME
has "flow list" 0 "ship-notices" tp flow list
has "report register: all documents and their sum" 0 "156 rows" tp report register
has "report exceptions" 0 "5 rows   6,695.88 USD" tp report exceptions
has "report acks: none overdue" 0 "0 rows" tp report acks
unexplained() { tp report reconcile -o csv | tail -n +2 | awk -F, '{n += $14; m += $15} END {print NR, n, m}'; }
is "report reconcile: seventeen rows, nothing unexplained" 0 "17 0 0" unexplained
is "verify: nothing is lost" 0 "nothing is lost or changed: 156 documents" bash -c "'$tradepost' --demo verify | cut -d, -f1"
has "explain" 0 "price differs from the order" tp explain TP7032
has "check: the demo's settings are right" 0 "6 partners, 2 systems" tp check
has "ping: NAV has gone with the demo" 6 "cannot be reached" tp ping
has "partner ping: so has the server" 6 "refused" tp partner ping acme

# What a person may do.
has "a bill is released with a reason" 0 "" tp doc release "$dear" --reason "new price list"
has "and waits for its turn" 1 "1 document" tp queue list
has "a ship notice is closed" 0 "" tp doc ignore "$unknown" --reason "ordered by mistake"
has "the story says by whom and why" 0 "ordered by mistake" tp doc show "$unknown"
has "three are left" 1 "NEEDS YOU (3)" tp today
has "verify still agrees" 0 "nothing is lost or changed" tp verify

# Damage is found: one byte of the journal's audit, one file of the spool.
sent=$(find "$world/spool/sent" -type f | head -n 1)
chmod u+w "$sent"; echo x >> "$sent"
has "a view that was changed is named" 1 "${sent##*/}" tp verify
has "and made again" 0 "" tp verify --repair
has "so that all is well" 0 "nothing is lost or changed" tp verify
finish
