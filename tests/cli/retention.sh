#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Retention by commands: a dry run, a legal hold, and verify afterwards.
. "${TP_SOURCE:-.}/tests/cli/lib.sh"
site "$work/etc"
"$TP_BUILD/tests/cli/seed" "$work/etc/state" > /dev/null || exit 99
tp() { "$tradepost" -c "$work/etc" "$@"; }

has "without a rule everything is kept" 4 "retention.payloads is not set, so everything is kept [TP4071]" tp purge
echo 'retention = { payloads = "1d"; keep = [ "acmee" ]; };' >> "$work/etc/env.conf"
has "a partner that is not there is told" 3 'acmee' tp purge -n
sed -i 's/"acmee"/"acme"/' "$work/etc/env.conf"
export TRADEPOST_NOW=2036-01-01T00:00:00Z
count() { tp purge "$@" --json | jq .documents; }
for first in $(tp doc list --state done --json | jq -r 'select(.partner != "ACME") | .id'); do
    tp doc show "$first" --record > /dev/null 2>&1 && break # it has bytes
done
has "a document is kept" 0 "is kept, however old it gets" tp doc keep "$first" --reason "a lawsuit"
has "with a reason" 2 "say why" tp doc keep "$first"
some=$(count -n)
[ "$some" -gt 0 ] && verdict yes "a dry run counts $some documents" || verdict no "a dry run counts $some documents"
is "and removes nothing" 0 "$some" count -n
is "the others go" 0 "$some" count
is "once" 0 "0" count
has "verify misses nothing, and says what went" 0 "removed by the rule of retention" tp verify --repair
has "nothing is lost" 0 "nothing is lost or changed" tp verify
is "the kept one goes when nobody keeps it" 0 "1" bash -c "'$tradepost' -q -c '$work/etc' doc unkeep $first --reason 'it is over'; '$tradepost' -c '$work/etc' purge --json | jq .documents"
has "and its story says so" 0 "removed by the rule of retention" tp doc show "$first"
finish
