#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The sftp channel against OpenSSH's own server on 127.0.0.1.
set -u
probe=$TP_BUILD/tests/interop/channel_probe
sshd=$(command -v sshd || echo /usr/sbin/sshd)
if [ ! -x "$sshd" ] || ! command -v ssh-keygen >/dev/null; then
    echo "1..0 # SKIP sshd is not installed (Debian: openssh-server)"; exit 0
fi
work=$(mktemp -d /tmp/tp-sftp-XXXXXX) || exit 99
number=0 failed=0 pids=() temporary_user=
finish() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; done
    [ -z "$temporary_user" ] || userdel "$temporary_user" 2>/dev/null
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 99' INT TERM

check() { # name, condition as a command
    number=$((number + 1))
    local name=$1; shift
    if "$@"; then echo "ok $number - $name"
    else
        echo "not ok $number - $name"; failed=1
        sed 's/^/# /' "$work/said" 2>/dev/null | head -n 12
    fi
}
skip() { number=$((number + 1)); echo "ok $number - $1 # SKIP $2"; }
said() { grep -qE -- "$1" "$work/said"; }
silent() { ! grep -qE -- "$1" "$work/said"; }

# Server keys, and ours.
for type in ed25519 ecdsa rsa; do
    ssh-keygen -q -t $type -N '' -C '' -f "$work/host_$type"
done
for type in ed25519 ecdsa; do
    ssh-keygen -q -t $type -N '' -C '' -f "$work/own_$type"
done
ssh-keygen -q -t ed25519 -N '' -C '' -f "$work/stranger"
cat "$work"/own_*.pub > "$work/authorized"
pin() { ssh-keygen -lf "$work/host_$1.pub" | cut -d' ' -f2; }
pattern() { pin "$1" | sed 's/[+]/[+]/g'; } # base64 for grep -E
me=$(id -un)
[ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd

# serve NAME SUBSYSTEM KEYTYPE...: sets port and pid. Ports are tried until one is free.
serve() {
    local name=$1 subsystem=$2 log=$work/$1.log; shift 2
    for _ in 1 2 3 4 5 6 7 8; do
        port=$((20000 + RANDOM % 40000))
        {
            echo "ListenAddress 127.0.0.1"; echo "Port $port"
            for type; do echo "HostKey $work/host_$type"; done
            echo "AuthorizedKeysFile $work/authorized"
            printf '%s\n' "StrictModes no" "UsePAM no" "PidFile none" \
                "PermitRootLogin yes" "PasswordAuthentication yes" \
                "LogLevel DEBUG1" "UseDNS no" "MaxStartups 20"
            [ -z "$subsystem" ] || echo "Subsystem sftp $subsystem"
        } > "$work/$name.conf"
        : > "$log"
        "$sshd" -D -e -f "$work/$name.conf" 2> "$log" &
        pid=$!
        for _ in {1..50}; do
            grep -q 'Server listening' "$log" && { pids+=("$pid"); return; }
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.1
        done
    done
    echo "Bail out! sshd does not start: $(tail -n 3 "$log" | tr '\n' ' ')"; exit 99
}

# configure MORE-SETTINGS: partner acme on $port with our ed25519 key
mkdir -p "$work/etc/partners" "$work/etc/secrets" "$work/in" "$work/out"
chmod 755 "$work"; chmod 777 "$work/in"
cp "$work/own_ed25519" "$work/etc/secrets/key"
cp "$work/own_ecdsa" "$work/etc/secrets/ecdsa"
cp "$work/stranger" "$work/etc/secrets/stranger"
printf 'not a key\n' > "$work/etc/secrets/rubbish"
printf 'right-PW' > "$work/etc/secrets/right"
printf 'canary-PW' > "$work/etc/secrets/wrong"
chmod 600 "$work"/etc/secrets/*
cat > "$work/etc/tradepost.conf" <<'END'
company = { name = "CRONUS"; isa = "ZZ:CRONUS01"; gs = "CRONUS01"; };
cutover = "2020-01-01";
END
configure() {
    cat > "$work/etc/partners/acme.conf" <<END
name = "Acme"; isa = "ZZ:ACME"; gs = "ACME";
channel = { kind = "sftp"; host = "127.0.0.1"; port = $port;
  get = "$work/out";
  $(grep -q 'put *=' <<< "$1" || echo "put = \"$work/in\";")
  $(grep -q 'user *=' <<< "$1" || echo "user = \"$me\";")
  $(grep -qE '(key|password) *=' <<< "$1" || echo 'key = "secret:key";')
  $(grep -q 'hostkeys *=' <<< "$1" || echo "hostkeys = [ \"$(pin ed25519)\" ];")
  $1
};
END
}
run() { timeout 60 "$probe" "$work/etc" ACME "$@" > "$work/said" 2>&1; }
clear_folders() { rm -rf "$work"/in/* "$work"/in/.[!.]* "$work"/out/*  "$work"/out/.[!.]*; }
aged() { touch -d '1 hour ago' "$@"; }

serve main internal-sftp ed25519 ecdsa rsa
main=$pid main_port=$port
head -c 70000 /dev/urandom > "$work/po1"

# --- sending
configure ""
run put po1.edi "$work/po1"
check "a file is sent with evidence" said "^sent po1.edi: posix-rename ok, 70000 bytes seen at $work/in/po1.edi"
check "it arrived whole" cmp -s "$work/po1" "$work/in/po1.edi"
check "nothing else is left there" test "$(ls -A "$work/in")" = po1.edi
printf 'newer' > "$work/newer"
run put po1.edi "$work/newer" find po1.edi 5 find po1.edi 6 find other.edi 5
check "the same name again replaces itself" cmp -s "$work/newer" "$work/in/po1.edi"
check "find sees name and size" test "$(grep -c '^found po1.edi there\|^found po1.edi no\|^found other.edi taken' "$work/said")" = 3
run put ../po2.edi "$work/newer" put .po2.edi "$work/newer" put po2.tmp "$work/newer"
check "names that are paths or look unfinished are refused" test "$(grep -c 'TP5043 data' "$work/said")" = 3
: > "$work/empty"
run put empty.edi "$work/empty"
check "an empty file is sent" test -e "$work/in/empty.edi"
configure 'key = "secret:ecdsa";'
run put po3.edi "$work/newer"
check "an ecdsa key signs in" said '^sent po3.edi'
configure 'temp = "none"; verify = "none";'
run put po4.edi "$work/po1" find po4.edi 70000
check "without rename and look it is written in place" cmp -s "$work/po1" "$work/in/po4.edi"
check "and cannot be told afterwards" said '^found po4.edi unknown'
configure 'put = "/nowhere/at/all";'
run put po5.edi "$work/newer"
check "a folder that is not there stops the route" said '^failed po5.edi TP5041 config'
clear_folders
mkdir "$work/in/po6.edi"
configure ""
run put po6.edi "$work/newer"
check "a name that cannot be given is not sent" said '^failed po6.edi TP5042 retry'
check "the temporary copy stays: it proves that" test "$(ls -A "$work/in" | xargs)" = ".po6.edi.tmp po6.edi"
rmdir "$work/in/po6.edi"
run find po6.edi 5 put po6.edi "$work/newer"
check "which find believes" said '^found po6.edi no'
check "and the next try clears it away" test "$(ls -A "$work/in")" = po6.edi

# --- who is there
configure "hostkeys = [ \"SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\", \"$(pin ecdsa)\" ];"
run open
check "a pinned key of a type that is not shown first is found" said '^opened'
before=$(grep -c 'userauth-request' "$work/main.log")
configure 'password = "secret:wrong"; hostkeys = [ "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" ];'
run open
check "a changed host key stops the route" said '^failed open TP5033 config'
check "both fingerprints are named" said "shows host key $(pattern ed25519).*expected SHA256:AAAA"
sleep 0.2
check "not one credential was sent" test "$(grep -c 'userauth-request' "$work/main.log")" = "$before"
configure 'hostkeys = [];'
run open
check "without a pin there is no sign-in, but the fingerprint" said "^failed open TP5034 config.*$(pattern ed25519)"
configure 'key = "secret:stranger";'
run open
check "a key that is not known there is refused" said '^failed open TP5035 auth'
configure 'key = "secret:rubbish";'
run open
check "a secret that is no key is told from a refusal" said '^failed open TP5036 config'
if [ "$(id -u)" -eq 0 ] && command -v useradd >/dev/null && command -v openssl >/dev/null &&
    useradd -M -N -d /tmp -s /bin/sh -p "$(openssl passwd -6 right-PW)" "tpsftp$$" 2>/dev/null; then
    temporary_user=tpsftp$$
    configure "user = \"$temporary_user\"; password = \"secret:right\";"
    run put pw.edi "$work/newer"
    check "a password signs in" said '^sent pw.edi'
    configure "user = \"$temporary_user\"; password = \"secret:wrong\";"
    run open
    check "a wrong password is refused" said '^failed open TP5035 auth'
    check "and never shown" silent 'canary'
    userdel "$temporary_user" && temporary_user=
else
    for what in "a password signs in" "a wrong password is refused" "and never shown"; do
        skip "$what" "needs root and useradd"
    done
fi

# --- fetching
clear_folders
configure 'stable_seconds = 30;'
for name in whole.edi .hidden.edi a.tmp b.filepart c.PART; do echo x > "$work/out/$name"; done
mkdir "$work/out/folder"
aged "$work"/out/*
touch "$work/out/fresh.edi"
printf 'x' > "$work/out/$(printf 'bad\nname.edi')"
run list
check "only the whole file is listed" test "$(grep -c '^file ' "$work/said") $(grep -c '^file whole.edi 2' "$work/said")" = "1 1"
check "the others wait, the misnamed one is reported" said '^listed 1 waiting 5 refused 1 the name "bad\?name.edi" holds a control'
configure 'stable_seconds = 1;'
touch -d '1 hour' "$work/out/fresh.edi"
run list hold 1100 list
check "a file whose clock is wrong is taken once it was still" test "$(grep -c '^file fresh.edi' "$work/said")" = 1
clear_folders
configure 'done_file = ".done";'
printf one > "$work/out/one.edi"; printf two > "$work/out/two.edi"; : > "$work/out/one.edi.done"
mkdir -p "$work/got"
run fetch "$work/got" take put three.edi "$work/newer" find three.edi 5
check "only a file with its done-file is fetched" test "$(cat "$work/got/one.edi") $(ls "$work/got")" = "one one.edi"
check "both are removed" test "$(ls "$work/out")" = two.edi
check "a file sent is followed by its done-file" test -e "$work/in/three.edi.done" -a -e "$work/in/three.edi"
check "and found by both" said '^found three.edi there'
clear_folders
mkdir "$work/out/done"
printf one > "$work/out/one.edi"; aged "$work/out/one.edi"
configure 'done = "done";'
run take
check "a file is moved to the done folder" test "$(cat "$work/out/done/one.edi") $(ls "$work/out")" = "one done"
clear_folders
configure 'max_bytes = 1000; pattern = "*.edi";'
head -c 1001 /dev/zero > "$work/out/big.edi"; echo x > "$work/out/small.edi"; echo x > "$work/out/other.txt"
aged "$work"/out/*
rm -rf "$work/got"/*
run fetch "$work/got"
check "a file above the limit is left, the others are fetched" test "$(ls "$work/got")" = small.edi
check "with the reason" said '^failed big.edi TP5045 data'
configure ""
run probe
check "the probe tells account and folders" test "$(grep -cE 'host key pinned, signed in as|^put .*: there|^get .*: 3 files' "$work/said")" = 3

# --- many
clear_folders
run puts 1000 700
check "a thousand files are sent" said '^put 1000 of 1000'
check "all are whole" test "$(find "$work/in" -name '*.edi' -size 700c | wc -l) $(ls -A "$work/in" | wc -l)" = "1000 1000"
mv "$work"/in/* "$work/out"; aged "$work"/out/*
rm -rf "$work/got"/*
run fetch "$work/got" take
check "and fetched and removed" test "$(find "$work/got" -size 700c | wc -l) $(ls -A "$work/out" | wc -l)" = "1000 0"
head -c 20000000 /dev/urandom > "$work/large"
cp "$work/large" "$work/out/large.edi"; aged "$work/out/large.edi"
run put large.edi "$work/large" fetch "$work/got"
check "20 MB go both ways" eval 'cmp -s "$work/large" "$work/in/large.edi" && cmp -s "$work/large" "$work/got/large.edi"'

# --- broken in the middle: the server's process for the connection is killed
clear_folders
configure "files = 4; window = 8;"
servers() { # the processes that serve connections now
    for child in $(ps -o pid= --ppid "$main"); do
        ps -o pid= --ppid "$child"; echo "$child"
    done
}
seen() { local files=("$work"/in/$1); [ -e "${files[0]}" ] && [ ${#files[@]} -ge "$2" ]; }
await() { # PATTERN COUNT: files of that name, then the connection goes
    for _ in {1..3000}; do ! seen '.many-*' 1 || break; sleep 0.01; done
    local serving; serving=$(servers)
    for _ in {1..20000}; do ! seen "$@" || break; done
    kill -9 $serving 2>/dev/null
}
broken() { # done-state check of every file against what the probe said
    local wrong=0 name
    while read -r _ name _; do
        [ "$(stat -c %s "$work/in/${name%:}" 2>/dev/null)" = 2000 ] || { echo "# lost: $name"; wrong=1; }
    done < <(grep '^sent ' "$work/said")
    while read -r _ name _ kind _; do
        case $kind in
            retry:) [ ! -e "$work/in/$name" ] || { echo "# there, though RETRY: $name"; wrong=1; } ;;
            unsure:) echo "$name" >> "$work/unsure" ;;
            *) echo "# $name is $kind"; wrong=1 ;;
        esac
    done < <(grep '^failed many' "$work/said")
    return $wrong
}
: > "$work/unsure"
"$probe" "$work/etc" ACME puts 1000 2000 > "$work/said" 2>&1 &
client=$!
await '.many-*.tmp' 100
wait "$client"
check "when it breaks while files are uploaded, all are to be tried again" \
    test "$(grep -c '^failed many.*retry' "$work/said") $(grep -c '^ready' "$work/said")" = "1000 0"
check "and not one is there" test -z "$(ls "$work/in")"
clear_folders
"$probe" "$work/etc" ACME puts 1000 2000 find many-0.edi 2000 > "$work/said" 2>&1 &
client=$!
await 'many-*.edi' 60
wait "$client"
sent=$(grep -c '^sent ' "$work/said")
check "the connection broke while files were renamed" test "$sent" -gt 0 -a "$sent" -lt 1000
check "what was sent is there; what is to be tried again is not" broken
check "no file is there in part" test -z "$(find "$work/in" -name 'many-*.edi' ! -size 2000c)"
check "the same channel connects again by itself" said '^found many-0.edi there'
asked=()
while read -r name; do asked+=(find "$name" 2000); done < "$work/unsure"
wrong=0
[ ${#asked[@]} = 0 ] || run "${asked[@]}"
while read -r name; do
    there=no; [ ! -e "$work/in/$name" ] || there=there
    said "^found $name $there" || wrong=1
done < "$work/unsure"
check "find answers for what is in doubt ($(wc -l < "$work/unsure"))" test $wrong = 0

# --- our own process is killed after some renames, and the partner takes each
# file at once; what the journal and the temporary copies say decides.
sweep() { # what is there now, into a folder of its own; adds to taken
    local files=("$work"/in/many-*.edi)
    [ -e "${files[0]}" ] || return 0
    sweeps=$((sweeps + 1))
    mkdir -p "$work/taken/$sweeps"
    mv -t "$work/taken/$sweeps" "${files[@]}"
    taken=$((taken + ${#files[@]}))
}
recover() { # sends what is not delivered, as flow does
    local name size=2000 asked=() again=()
    while read -r _ name _; do asked+=(find "${name%:}" $size); done < "$work/journal"
    [ ${#asked[@]} = 0 ] || run "${asked[@]}"
    cp "$work/said" "$work/answers"
    for ((i = 0; i < 400; i++)); do
        grep -qE "^found many-$i.edi (there|taken)" "$work/answers" || again+=(put "many-$i.edi" "$work/many")
    done
    resent=$((${#again[@]} / 3))
    [ $resent = 0 ] || run "${again[@]}"
}
head -c 2000 /dev/zero | tr '\0' x > "$work/many"
for after in 1 40 150; do
    clear_folders
    rm -rf "$work/taken" "$work/journal"; : > "$work/journal"
    sweeps=0 taken=0
    "$probe" "$work/etc" ACME journal "$work/journal" puts 400 2000 > "$work/said" 2>&1 &
    client=$!
    while kill -0 "$client" 2>/dev/null; do
        visible=("$work"/in/many-*.edi)
        [ ! -e "${visible[0]}" ] || [ $((taken + ${#visible[@]})) -lt $after ] || kill -9 "$client"
        sweep
    done 2>/dev/null
    wait "$client" 2>/dev/null
    for _ in {1..100}; do [ -n "$(servers)" ] || break; sleep 0.05; done
    sweep
    first=$taken
    recover
    sweep
    check "killed after $after renames ($first taken, $resent sent again): each is taken once" \
        test "$first $taken $(ls "$work"/taken/* | grep -c many) $(ls "$work"/taken/* | grep many | sort -u | wc -l)" = "$((400 - resent)) 400 400 400"
    check "and nothing is left there" test -z "$(ls -A "$work/in")"
done
clear_folders

# --- other servers
serve plain 'internal-sftp -P posix-rename' ed25519
configure ""
run put po1.edi "$work/po1" put po1.edi "$work/newer"
check "without posix-rename the older file is removed first" cmp -s "$work/newer" "$work/in/po1.edi"
check "which the evidence tells" said '^sent po1.edi: rename ok, 5 bytes'
serve readonly 'internal-sftp -R' ed25519
configure ""
run put po9.edi "$work/newer"
check "a server that may only be read stops the route" said '^failed po9.edi TP5041 config'
serve none '' ed25519
configure ""
run open
check "a server without SFTP is told" said '^failed open TP5037 config'
kill "$main"; wait "$main" 2>/dev/null
port=$main_port
configure ""
run open
check "a server that is down is tried again later" said '^failed open TP5001 retry'
echo "1..$number"
exit $failed
