#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every command line that stands in an example block (.EX) of a manual page is
# run, in the order of the pages, on the world of a demo that stays; each
# command has an example. So are README's, which look at the demo's workspace;
# its other commands are those that bootstrap has.
. "${TP_SOURCE:-.}/tests/cli/lib.sh"
export XDG_DATA_HOME=$work/data PATH=$TP_BUILD:$PATH
demo=$work/data/tradepost/demo
tradepost demo --stay > "$work/said" 2>&1 &
world=$!
trap 'kill $world 2>/dev/null; wait $world 2>/dev/null; rm -rf "$work"' EXIT
for _ in {1..600}; do grep -qs 'stay until' "$work/said" && break; sleep 0.05; done
export TRADEPOST_CONFIG=$demo/etc
echo 'desk = { listen = "127.0.0.1:0"; };' >> "$demo/etc/env.conf"
TRADEPOST_RESERVE_MB=1000000 tradepost run > "$work/low" 2>&1 # an incident
mkdir "$work/here"; cd "$work/here" || exit 99
orders=("$demo"/partners/acme/in/850_*)
cp "${orders[0]}" orders.edi; cp "${orders[0]}" ours.edi; cp "${orders[1]}" theirs.edi
cat "${orders[@]}" > day.edi
sed 's/SE\*[0-9]*/SE*99/' "${orders[0]}" > in.edi
cp "$TP_SOURCE/tests/x12/sef/schedule.sef" bluefish.sef
cp -r "$demo/secrets" .; cp secrets/nav nav.txt; cp secrets/nav new.txt

# The lines of .EX blocks that begin as a command does, without troff's marks.
commands() {
    cat "$TP_SOURCE"/doc/man/*.[1-8] | sed -n '/^\.EX/,/^\.EE/p' |
        sed -e 's/\\-/-/g; s/\\e/\\/g; s/\\&//g; s/\\(dq/"/g' | grep -E '^(eval "\$\()?tradepost '
}
commands > "$work/commands"
while IFS= read -r line; do
    case $line in
    'tradepost serve'*) run timeout --preserve-status -s TERM 2 bash -c "exec $line" ;;
    'tradepost demo'*) run env XDG_DATA_HOME="$work/other" bash -c "$line" ;;
    *) run bash -c "$line" ;;
    esac
    case $status in
    0|1) verdict yes "$line" ;;
    *) verdict no "$line"; explain_failure "0 or 1" "(no mistake)" ;;
    esac
done < "$work/commands"

without() { # commands that no example shows
    tradepost help | sed -n 's/^  \([a-z][a-z ]*[a-z]\)  .*/\1/p; s/^  \([a-z ]*[a-z]\) [[A-Z].*/\1/p' |
        sort -u | while read -r words; do
            grep -qE "tradepost $words( |$|\))" "$work/commands" || echo "$words"
        done
}
is "every command has an example" 0 "" without
readme() { # what stands behind two spaces says what the command is for
    sed -n 's,^build/\(tradepost .*\)  .*,\1,p' "$TP_SOURCE/README.md" | sed 's/  .*//; s/ *$//'
}
while IFS= read -r line; do
    run bash -c "$line"
    case $status in
    0|1) verdict yes "README: $line" ;;
    *) verdict no "README: $line"; explain_failure "0 or 1" "(no mistake)" ;;
    esac
done < <(readme)
is "README has commands to try" 0 "" test "$(readme | wc -l)" -gt 3
unknown() {
    grep -oE '^\./bootstrap [a-z]+' "$TP_SOURCE/README.md" | while read -r command; do
        grep -qF "$command " "$TP_SOURCE/bootstrap" || echo "$command"
    done
}
is "README's commands are there" 0 "" unknown
kill $world; wait $world 2>/dev/null
finish
