#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Reports: the shipped ones, the copy in the spool, the proof, broken ones.
. "${TP_SOURCE:-.}/tests/cli/lib.sh"
site "$work/etc"
export TRADEPOST_NOW=2026-11-22T14:00:00Z
"$TP_BUILD/tests/cli/seed" "$work/etc/state" || exit 99
export TRADEPOST_NOW=2026-11-22T16:00:30Z
tp() { "$tradepost" -c "$work/etc" "$@"; }

is "the list" 0 "NAME        TITLE
acks        Acknowledgements overdue
exceptions  Exceptions, oldest first
reconcile   EDI and ERP, completeness
register    Document register" tp report
has "the head" 0 "EXCEPTIONS, OLDEST FIRST" tp report exceptions
has "company, environment, time" 0 "CRONUS USA, Inc.   prod   as of 2026-11-22 11:00 EST" tp report exceptions
has "the filter" 0 "Filter: from yesterday, partner BLUEFISH" tp report register --since yesterday --partner bluefish
has "rows and totals" 0 "3 rows   8,694.00 USD" tp report exceptions
has "the end" 0 "*** end of report ***" tp report exceptions
hash=$(tp report register -q | sed -n 's/^sha256 \([0-9a-f]*\).*/\1/p')
is "the proof can be repeated" 0 "$hash  -" bash -c "'$tradepost' -c '$work/etc' report register -o tsv --no-header | sha256sum"
is "a copy in the spool" 0 "" diff "$work/etc/spool/reports/2026/11/22/register-20261122.txt" <(tp report register)
rm -r "$work/etc/spool/reports"
tp report register -n > "$work/out"
is "a dry run leaves none" 1 "" test -e "$work/etc/spool/reports"
is "acks: late by how much" 0 'ACME,106241,12480,16h 0m' bash -c "'$tradepost' -c '$work/etc' report acks -o csv --no-header --columns partner,number,amount,late | tr -d '\r'"
is "reconcile: an invoice that is held" 0 '{"schema":"tradepost.report.reconcile/1","partner":"BLUEFISH","type":"810","edi_count":1,"erp_count":0,"delta_amount":"6384","held":1,"unexplained":0}' bash -c "'$tradepost' -c '$work/etc' report reconcile --json --columns partner,type,edi_count,erp_count,delta_amount,held,unexplained | grep 810"
is "reconcile: a draft is in the ERP too" 0 '{"schema":"tradepost.report.reconcile/1","type":"820","erp_amount":"41903.2","unexplained":0}' bash -c "'$tradepost' -c '$work/etc' report reconcile --json --columns type,erp_amount,unexplained | grep 820"
is "no such report" 3 'tradepost: found no report "regster"; `tradepost report` lists them [TP8003]' tp report regster
is "no such partner" 3 'tradepost: report register: found no partner "x" [TP1009]' tp report register --partner x

mkdir "$work/etc/reports"
try() { # name: the definition on standard input
    cat > "$work/etc/reports/$1.report"
    tp report "$1"
}
has "a site's own report" 0 "2 rows   18,708.00 USD" try own <<'R'
report own "The two largest orders"
columns number amount:amount currency
query SELECT number, amount, currency FROM documents
      # a comment inside
      WHERE doc IN (1, 3) AND ?3 = ''
total amount by currency
R
is "a misspelt word" 4 "tradepost: $work/etc/reports/a.report:2: found \"colums\"; did you mean \"columns\"? [TP8010]" try a <<'R'
report a "A"
colums doc
query SELECT doc FROM documents
R
is "a wrong kind" 4 "tradepost: $work/etc/reports/a.report:2: found the column kind \"money\", expected text, count, amount or time [TP8010]" try a <<'R'
report a "A"
columns doc:money
query SELECT doc FROM documents
R
is "a column that the query does not give" 4 'tradepost: report a: found the column "partnr", which the query does not give; did you mean "partner"? [TP8010]' try a <<'R'
report a "A"
columns partnr
query SELECT partner FROM documents
R
is "a total of no column" 4 "tradepost: $work/etc/reports/a.report:4: found a total of amount, expected columns of the report [TP8010]" try a <<'R'
report a "A"
columns doc
query SELECT doc FROM documents
total amount
R
has "a query that is wrong" 4 "[TP4024]" try a <<'R'
report a "A"
columns doc
query SELECT doc FROM documens
R
has "a query that would change something" 4 "[TP4023]" try a <<'R'
report a "A"
columns doc
query DELETE FROM document
R
has "an incomplete report" 4 "found no complete report" try a <<'R'
report a "A"
R
finish
