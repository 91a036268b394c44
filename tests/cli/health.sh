#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# status, check-health and metrics tell the same figures.
. "${TP_SOURCE:-.}/tests/cli/lib.sh"
site "$work/etc"
export TRADEPOST_NOW=2026-11-22T14:00:00Z
"$TP_BUILD/tests/cli/seed" "$work/etc/state" || exit 99
export TRADEPOST_NOW=2026-11-22T16:00:30Z TRADEPOST_RESERVE_MB=0
tp() { "$tradepost" -c "$work/etc" "$@"; }
metric() { tp metrics | grep -F "$1"; }
well_formed() { tp metrics | python3 "$TP_SOURCE/tests/cli/metrics_check.py" "$@"; }
by_promtool() { tp metrics | promtool check metrics; }
change() { # SQL
    python3 -c 'import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.executescript(sys.argv[2])' \
        "$work/etc/state/journal.db" "$1"
}

has "status adds up" 1 '"accepted":8,"in_progress":1,"done":5,"held":2,"dead":0,"ignored":0,"replaced":0' tp status --json
has "status: the oldest in progress, and nothing lost" 1 '"unbalanced":0,"oldest_seconds":72' tp status --json

is "metrics: the format" 0 "well formed" well_formed tradepost_build_info tradepost_documents_total \
    tradepost_document_stage_seconds tradepost_queue_depth tradepost_queue_oldest_seconds tradepost_exceptions_open \
    tradepost_acks_outstanding tradepost_acks_late tradepost_ack_latency_seconds tradepost_posted_amount_total \
    tradepost_touchless_ratio tradepost_db_size_bytes tradepost_spool_free_bytes tradepost_conservation_error
if command -v promtool >/dev/null; then
    is "metrics: promtool finds nothing" 0 "" by_promtool
else
    number=$((number + 1)); echo "ok $number - metrics: promtool # SKIP promtool is not installed"
fi
is "metrics: nothing is lost" 0 "tradepost_conservation_error 0" metric "tradepost_conservation_error 0"
is "metrics: states" 0 'tradepost_documents{state="held"} 2' metric 'documents{state="held"}'
has "metrics: a partner's documents" 0 \
    'tradepost_documents_total{dir="in",type="810",partner="BLUEFISH",result="held"} 1' metric 'documents_total{'
has "metrics: a late acknowledgment" 0 'tradepost_acks_late{partner="ACME"} 1' metric acks_late
has "metrics: what was posted" 0 'tradepost_posted_amount_total{type="820",currency="USD"} 41903.2' metric posted_amount
is "metrics: no backup yet" 0 "tradepost_backup_last_success_timestamp 0" metric "backup_last_success_timestamp 0"
change "INSERT INTO cursor VALUES ('endpoint:system/nav', 'slow 1 2 3 why'), ('endpoint:partner/ACME', 'down 1 2 3 why')"
is "metrics: an endpoint that is up" 0 'tradepost_endpoint_up{endpoint="system/nav"} 1' metric 'endpoint="system/nav"'
is "metrics: an endpoint that is down" 0 'tradepost_endpoint_up{endpoint="partner/ACME"} 0' metric 'endpoint="partner/ACME"'
tp backup create "$work/backup" > /dev/null
is "metrics: the last backup" 0 "tradepost_backup_last_success_timestamp $(date -u -d 2026-11-22T16:00:30Z +%s)" \
    metric "backup_last_success_timestamp 1"
has "metrics: a histogram ends with +Inf" 0 'le="+Inf"} ' metric document_stage_seconds_bucket

has "check-health: thresholds as usual" 0 "s;14400;86400;0 held=2;20;100;0 dead=0;1;20;0 doubt=0;10;50;0 late=1;10;50;0 arrivals=0;100;1000;0 free=" tp check-health --warning free=1 --critical free=0
has "check-health: a warning" 1 "WARNING - held 2 |" tp check-health --warning held=2,free=1 --critical free=0
has "check-health: critical" 2 ", late 1 |" tp check-health --warning free=1 --critical oldest=7200,late=1,free=0
has "check-health: a figure that is not watched" 0 "held=2;;;0" tp check-health --warning held=off,free=1 --critical held=off,free=0
has "check-health: free is bad when low" 2 ";101:;0;100" tp check-health --critical free=101
has "check-health: a wrong threshold" 3 'UNKNOWN - found "hold=3", expected NAME=NUMBER' tp check-health --warning hold=3
TRADEPOST_RESERVE_MB=1000000000 has "check-health: a threshold cannot excuse a wrong setting" 3 "UNKNOWN - " tp check-health --critical free=x
TRADEPOST_RESERVE_MB=1000000 has "check-health: a full disk is critical" 2 "nothing new is taken in" \
    tp check-health --warning free=off --critical free=off
has "check-health: no journal" 3 "UNKNOWN - " "$tradepost" -c "$TP_SOURCE/etc" check-health

change "UPDATE document SET partner = 'A\"B\\C' || char(10) || 'D' WHERE id = 1"
is "metrics: names that must be escaped" 0 "well formed" well_formed
has "metrics: how they are escaped" 0 'partner="A\"B\\C\nD"' metric 'result="accepted"'
is "a moved document is counted once" 0 "tradepost_conservation_error 0" metric "tradepost_conservation_error 0"
change "UPDATE tally SET now = now - 1 WHERE state = 'held' AND partner = 'ACME'"
is "a lost document is seen" 0 "tradepost_conservation_error 1" metric "tradepost_conservation_error 1"
has "a lost document is critical" 2 "CRITICAL - 1 documents are not accounted for" tp check-health
has "status says so" 1 "DOES NOT ADD UP by 1" tp status
has "verify finds it" 1 "not counted as it is" tp verify
finish
