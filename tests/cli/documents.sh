#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The commands that look at documents, on a journal with one of each fate.
. "${TP_SOURCE:-.}/tests/cli/lib.sh"
site "$work/etc"
export TRADEPOST_NOW=2026-11-22T14:00:00Z
"$TP_BUILD/tests/cli/seed" "$work/etc/state" || exit 99
export TRADEPOST_NOW=2026-11-22T16:00:30Z
tp() { "$tradepost" -c "$work/etc" "$@"; }
cut_rows() { tp "$@" -o tsv --no-header | cut -f "$fields"; }

is "today: what needs somebody, oldest first, with the money" 1 \
"NEEDS YOU (3)   oldest first, money at risk 8,694.00 USD
AGE    TYPE  NUMBER     PARTNER     AMOUNT  CUR  DO          REASON
2h 0m  850   106240     OAKRIDGE  2,310.00  USD  doc show 2  rejected by OAKRIDGE: PO103 unit 'XX' is not allowed
2h 0m  810   INV-88213  BLUEFISH  6,384.00  USD  doc show 6  price +7.9 % on 1 line (tolerance 2 %)
2h 0m  856   ASN-5521   ACME                USD  doc show 7  item 'ACM-0099' is unknown
WAITING FOR PARTNER  acks late: ACME 1
RUNNING BY ITSELF    1 received" tp today
has "today as JSON lines" 1 '"class":"missing item","state":"held","code":"TP1008","waits_for":"item:ACME:ACM-0099"' tp today --json
has "status adds up and is degraded" 1 "Documents  8 accepted = 5 done, 2 held, 0 dead, 0 ignored, 0 replaced, 1 in progress" tp status
has "status as JSON" 1 '"accepted":8,"in_progress":1,"done":5,"held":2' tp status --json
is "doc list of one type" 0 \
"ID  TIME              DIR  TYPE  PARTNER   NUMBER     LINES    AMOUNT  CUR  V  D  A  P  STATE  COURT  ERP DOC
 6  2026-11-22 09:00  in   810   BLUEFISH  INV-88213      1  6,384.00  USD  +  +  -  !  held   you
1 document  6,384.00 USD   (V valid  D delivered  A acknowledged  P posted;  + ok  . waiting  ~ draft or remarks  ! problem  - n/a)" tp doc list --type 810
has "doc list in UTC" 0 "2026-11-22 14:00" tp doc list --utc
fields=1
is "doc list by partner, newest first" 0 $'6\n5\n1' cut_rows doc list --partner bluefish
is "doc list by state" 0 $'7\n6' cut_rows doc --state held
is "doc list looks in numbers and references" 0 $'6\n5\n1' cut_rows doc list 106233
is "doc list since" 0 "" cut_rows doc list --since 1h
is "doc list since midnight in the company's zone" 0 8 bash -c "'$tradepost' -c '$work/etc' doc list --since today -o tsv --no-header | wc -l"
is "doc list until" 0 "" cut_rows doc list --until yesterday
is "doc list until a day, which is part of it" 0 8 bash -c "'$tradepost' -c '$work/etc' doc list --until today -o tsv --no-header | wc -l"
is "doc list until a date" 0 8 bash -c "'$tradepost' -c '$work/etc' doc list --since 2026-11-22 --until 2026-11-22 -o tsv --no-header | wc -l"
is "doc list until a time" 0 "" cut_rows doc list --until 2026-11-22T00:00:00Z
is "doc list with a limit" 0 8 cut_rows doc list --limit 1
is "a wrong state" 2 'tradepost: --state: found "hold", expected a state such as held; did you mean "held"? [TP8002]' tp doc list --state hold
is "a wrong time" 2 'tradepost: --since: found "whenever", expected today, yesterday, a duration such as 4h, or a date such as 2026-11-20 [TP8002]' tp doc list --since whenever
is "an empty list" 0 "0 documents" tp doc list --type 999
fields=6
is "CSV keeps spreadsheets from running a cell" 0 "\"'=2+5" bash -c "'$tradepost' -c '$work/etc' doc list --type 820 -o csv --no-header --columns number | cut -c 1-6"
has "text keeps a number from commanding the terminal" 0 "=2+5.[2J" tp doc list --type 820
has "doc show: the head" 0 "INVOICE 810  INV-88213   from Bluefish Seafood (ZZ:BLUEFISH01)   2026-11-20   HELD   court: you
Reason    price +7.9 % on 1 line (tolerance 2 %) [TP1005]
Order     106233" tp doc show INV-88213
has "doc show: the lines" 0 "LINE  ITEM   QTY  UM   PRICE    AMOUNT
1     70000   38  CA  168.00  6,384.00
Total     6,384.00 USD
Finding   lines[0].price: 168.00 is 7.9 % above 155.70" tp doc show 6
has "doc show: the story" 0 "  sent          rename ok, 690 bytes at /in/po.edi  system" tp doc show 1
has "doc show: the effects" 0 "deliver  sftp:BLUEFISH  done          rename ok, 690 bytes      1" tp doc show 1
has "doc show: what releases it" 0 "Released  by itself when item:ACME:ACM-0099 is known" tp doc show 7
is "doc show --raw" 0 $'ST*810*0001~\nSE*2*0001~' tp doc show 6 --raw
has "doc show --record" 0 '"po_number":"106233"' tp doc show 6 --record
has "doc show as JSON" 0 '"events":[{"at":"2026-11-22T14:00:00Z","what":"accepted"' tp doc show 6 --json
has "doc release by number" 0 "document 6 (BLUEFISH 810 INV-88213) would be released" tp doc release INV-88213 --reason "agreed" --dry-run
is "doc show of nothing" 3 'tradepost: found no document "4711" [TP8003]' tp doc show 4711
is "doc show without bytes" 3 'tradepost: document 4 has no x12 yet [TP8003]' tp doc show 4 --raw
fields=1,4,5
is "doc trace follows the order" 0 $'1\t850\t106233\n5\t856\tASN-5490\n6\t810\tINV-88213' cut_rows doc trace 6
fields=1,13
is "order list: the stages" 0 $'106242\tnot sent yet\n106241\tshipped\n106240\trejected\n106233\tinvoiced' cut_rows order list
fields=1-10
is "order show: ordered, shipped, received, invoiced" 0 $'1\t70000\tCod fillet 10 lb\tCA\t40\t38\t38\t38\t155.7\t168' cut_rows order show 106233
is "order show of nothing" 3 'tradepost: found no purchase order "1" [TP8003]' tp order show 1
fields=1,9
is "queue list: what is on its way; exit 1" 1 4 bash -c "'$tradepost' -c '$work/etc' queue -o tsv --no-header --columns id; exit \${PIPESTATUS[0]}"
fields=1,10
is "ack list" 0 $'3\tlate\n2\trejected\n1\taccepted' cut_rows ack list
is "ack list --rejected" 0 $'2\trejected' cut_rows ack list --rejected
has "ack list --late; exit 1" 1 "3  ACME" tp ack list --late
has "verify: nothing lost" 0 "nothing is lost or changed: 8 documents" tp verify --repair
is "verify without repair" 0 "" tp verify -q
find "$work/etc/spool/hold" -type f -delete
run tp verify
[ "$status" = 1 ] && [[ $output == *TP4030* ]] && verdict yes "verify: a view that is gone" ||
    { verdict no "verify: a view that is gone"; explain_failure 1 TP4030; }
has "verify --repair makes it again" 0 "nothing is lost" tp verify --repair
mv "$work/etc/state" "$work/etc/elsewhere"
has "no journal" 4 "there is no journal in" tp doc list
finish
