#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# `tradepost check` on the shipped examples, and on broken ones.
. "${TP_SOURCE:-.}/tests/cli/lib.sh"
site "$work/etc"
tp() { "$tradepost" -c "$work/etc" "$@"; }

is "the shipped examples are right" 0 "$work/etc is right: 6 partners, 1 system, environment prod" tp check
is "quiet says nothing" 0 "" tp check -q
is "one partner" 0 "ACME is right" tp partner check acme

chmod 0644 "$work/etc/secrets/nav"
is "a secret that others may read, told once" 4 'tradepost.conf:32: found '"$work/etc/secrets/nav"' with mode 0644, expected 0600 or 0400 [TP1020]
1 mistake, 0 warnings in '"$work/etc" tp check
chmod 0600 "$work/etc/secrets/nav"
cp "$work/etc/partners/oakridge.conf" "$work/keep"
sed -i 's/"cleo";/"cloe";/' "$work/etc/partners/oakridge.conf"
is "an unknown kind" 4 'partners/oakridge.conf:10: kind: found "cloe", expected a kind of channel; did you mean "cleo"? [TP1008]
1 mistake, 0 warnings' tp partner check oakridge
cp "$work/keep" "$work/etc/partners/oakridge.conf"
sed -i 's/  port     = 2222;/  prt = 2222;/; s/isa_trimmed/isa_trimed/' "$work/etc/partners/greenleaf.conf"
is "the kind's own table and names of deviations" 4 'partners/greenleaf.conf:10: channel.prt: found an unknown setting; did you mean "port"? [TP1003]
partners/greenleaf.conf:22: tolerate.isa_trimed: found an unknown deviation; did you mean "isa_trimmed"? [TP1003]
2 mistakes, 0 warnings' tp partner check greenleaf
for command in run daemon; do
    has "$command does nothing while check finds a mistake" 4 "partners/greenleaf.conf:10: channel.prt: found an unknown setting" tp $command
done
is "no journal was made" 0 "" find "$work" -name journal.db
cp "$TP_SOURCE/partners/greenleaf.conf" "$work/etc/partners/"

sed -i 's/^vendor .*/vendr = "V1";/' "$work/etc/partners/acme.conf"
sed -i 's/^environment.*/environment = prod;/' "$work/etc/tradepost.conf"
is "a syntax error in the settings" 4 'tradepost: tradepost.conf:20: found a syntax error, expected settings like name = "text"; look for a missing quote, brace or ";" here or just above [TP1002]' tp check
sed -i 's/^environment.*/environment = "prod"; compny = 1;/' "$work/etc/tradepost.conf"
is "all mistakes at once" 4 'tradepost.conf:20: compny: found an unknown setting; did you mean "company"? [TP1003]
partners/acme.conf:7: vendr: found an unknown setting; did you mean "vendor"? [TP1003]
2 mistakes, 0 warnings in '"$work/etc" tp check
is "as JSON" 4 '{"schema":"tradepost.problem/1","severity":"error","code":"TP1003","at":"tradepost.conf:20","text":"compny: found an unknown setting; did you mean \"company\"?"}
{"schema":"tradepost.problem/1","severity":"error","code":"TP1003","at":"partners/acme.conf:7","text":"vendr: found an unknown setting; did you mean \"vendor\"?"}' tp check --json
is "a partner's own mistakes" 4 'partners/acme.conf:7: vendr: found an unknown setting; did you mean "vendor"? [TP1003]
1 mistake, 0 warnings' tp partner check acme
is "no directory" 4 "tradepost: found no directory $work/none [TP1001]" "$tradepost" -c "$work/none" check
finish
