#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A new key for all secrets, killed before each of its system calls that change
# something (every third one; TP_STEP=1 for all): every secret stays readable,
# and running it again finishes.
. "${TP_SOURCE:-.}/tests/cli/lib.sh"
crash_at=$TP_BUILD/tests/crash/crash_at
export ASAN_OPTIONS=detect_leaks=0
site "$work/etc"
give() { printf '%s' "$2" | "$tradepost" -q -c "$work/etc" secret set "$1"; }
mkdir -m 700 "$work/values"
for name in nav cleo acme.key; do
    give $name "value of $name"
    (umask 077; printf 'value of %s' $name > "$work/values/$name")
done
cp -a "$work/etc" "$work/first"
fresh() { rm -rf "$work/etc"; cp -a "$work/first" "$work/etc"; }
readable() {
    [ "$("$tradepost" -c "$work/etc" secret import "$work/values" -n 2>&1 | grep -c 'was there already')" = 3 ]
}

readable && verdict yes "three secrets are there" || verdict no "three secrets are there"
"$crash_at" all 0 "$work/count" "$tradepost" -q -c "$work/etc" secret rotate
case $? in
77) echo "ok 2 # SKIP ptrace is not allowed here"; echo "1..2"; exit 0 ;;
esac
calls=$(cat "$work/count")
lost=0 stuck=0 keys=0
for ((n = 1; n <= calls; n += ${TP_STEP:-3})); do
    fresh
    "$crash_at" all $n "$work/count" "$tradepost" -q -c "$work/etc" secret rotate 2>/dev/null
    readable || { lost=$((lost + 1)); echo "# lost at call $n of $calls"; }
    "$tradepost" -q -c "$work/etc" secret rotate || { stuck=$((stuck + 1)); echo "# stuck at call $n"; }
    readable || { lost=$((lost + 1)); echo "# lost after call $n, when finished"; }
    [ "$(grep -vc '^#' "$work/etc/vault.key")" = 1 ] || keys=$((keys + 1))
done
is "killed on its way through $calls calls, nothing is unreadable" 0 0 echo $lost
is "and running it again finishes" 0 "0 0" echo $stuck $keys
[ "$calls" -ge 15 ] && verdict yes "it has calls to be killed at" || verdict no "only $calls calls"

# The control: the old key goes before the new one seals.
fresh
sed -i '/^[0-9a-f]/d' "$work/etc/vault.key"
printf '%064d\n' 7 >> "$work/etc/vault.key"
readable && verdict no "a lost key is seen" || verdict yes "a lost key is seen"
finish
