#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The vault's commands: values go in by standard input and never come out.
. "${TP_SOURCE:-.}/tests/cli/lib.sh"
site "$work/etc"
tp() { "$tradepost" -c "$work/etc" --as anna "$@"; }
give() { printf '%s' "$1" | "$tradepost" -c "$work/etc" --as anna "${@:2}"; }
key=$work/etc/vault.key

is "a value is set" 0 "nav is set for prod" give "one-canary" secret set nav
is "the key was made for its owner alone" 0 "600" stat -c %a "$key"
is "another" 0 "cleo is set for prod" give $'two-canary\n' secret set cleo
has "the list tells when, by whom and how often" 0 '"name":"nav","environment":"prod","set":"20' tp secret list --json
has "and who" 0 '"by":"anna","version":1' tp secret list --json
has "as a table" 0 "2 secrets" tp secret list
is "an empty value is refused" 2 'tradepost: secret nav has 0 bytes, expected 1 to 65536 [TP4053]' give "" secret set nav
is "so is a path" 2 'tradepost: found "../nav", expected a name of at most 63 letters, digits, dots, - and _ [TP4053]' give "x" secret set ../nav
has "and a value as an argument" 2 "takes NAME" tp secret set nav one-canary
is "a dry run sets nothing" 0 "new would be set for prod" give "x" secret set new -n
is "so that it is not there" 3 'tradepost: the vault has no secret "new" for prod [TP4054]' tp secret rm new

# Equal values are told, so that a test can look without anything that prints.
values() { # NAME VALUE...: a directory of private files
    rm -rf "$work/values"; mkdir -m 700 "$work/values"
    while [ $# -gt 1 ]; do (umask 077; printf '%s\n' "$2" > "$work/values/$1"); shift 2; done
}
values nav one-canary cleo two-canary
is "what is there is as it was given" 0 "cleo was there already for prod
nav was there already for prod" tp secret import "$work/values" -n
is "a new value, the former one stays" 0 "nav is replaced for prod; its former value is nav.former" give "three-canary" secret rotate nav
values nav three-canary nav.former one-canary
is "both are there" 0 "nav was there already for prod
nav.former was there already for prod" tp secret import "$work/values"
is "the former one goes" 0 "nav.former is removed for prod" tp secret rm nav.former
is "a name that is not there cannot be replaced" 3 'tradepost: the vault has no secret "hook" for prod [TP4054]' give x secret rotate hook

old=$(grep -v '^#' "$key")
has "a new key for all" 0 "2 secrets sealed with $key" tp secret rotate
is "it is one key, and another" 0 "1" bash -c "grep -vc '^#' '$key'; ! grep -q $old '$key'"
values nav three-canary cleo two-canary
is "all is readable" 0 "cleo was there already for prod
nav was there already for prod" tp secret import "$work/values" -n

rm "$work/etc/secrets/nav" "$work/etc/secrets/cleo"
is "settings find what is in the vault" 0 "$work/etc is right: 6 partners, 1 system, environment prod" tp check
mv "$key" "$work/away"
has "a key that is away is told" 4 "the vault's key is missing: no credential tradepost-vault, and no file $key [TP4050]" tp check
mv "$work/away" "$key"; chmod 0644 "$key"
has "so is one that others may read" 4 "found $key with mode 0644, expected 0600 or 0400 [TP1020]" tp check
chmod 0600 "$key"
is "a credential of systemd comes first" 4 "1" bash -c "umask 077; mkdir '$work/cred'; echo 00112233 > '$work/cred/tradepost-vault'
    CREDENTIALS_DIRECTORY='$work/cred' '$tradepost' -c '$work/etc' check > '$work/said'; code=\$?; grep -c 'cred/tradepost-vault:1: found a line of 8 characters' '$work/said' | head -n 1; exit \$code"

values oak.key "four" bad "five"; chmod 0644 "$work/values/bad"
is "a file that others may read is not imported" 9 "tradepost: found $work/values/bad with mode 0644, expected 0600 or 0400 [TP1020]
oak.key is set for prod" tp secret import "$work/values"

type_it() { # at a terminal: what is shown while it is typed
    python3 - "$@" <<'P'
import os, pty, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
shown = b""
while b"not shown" not in shown:
    shown += os.read(fd, 1000)
time.sleep(0.3)
os.write(fd, b"typed-canary\n")
while True:
    try: more = os.read(fd, 1000)
    except OSError: break
    if not more: break
    shown += more
print(shown.decode().replace("\r", ""), end="")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
P
}
is "at a terminal it is typed and not shown" 0 "value of typed (not shown): 
typed is set for prod" type_it "$tradepost" -c "$work/etc" secret set typed
values typed typed-canary
is "without the end of the line" 0 "typed was there already for prod" tp secret import "$work/values" -n

leaks() { grep -rlF -e canary "$work/etc" | sort; }
is "no file holds a value" 0 "" leaks
has "and the audit is whole" 0 "nothing is lost or changed" tp verify
finish
