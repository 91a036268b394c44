# SPDX-License-Identifier: Apache-2.0
# Helpers for the tests of the program: each prints one TAP line.
#
#   . "$TP_SOURCE/tests/cli/lib.sh"
#   is "what is proved" EXIT 'exact output' COMMAND...
#   has "what is proved" EXIT 'a part of the output' COMMAND...
#   finish
set -u
TP_SOURCE=${TP_SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}
TP_BUILD=${TP_BUILD:-$TP_SOURCE/build}
number=0 failed=0
tradepost=$TP_BUILD/tradepost
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset TRADEPOST_CONFIG TRADEPOST_NOW XDG_DATA_HOME
export LC_ALL=C.UTF-8

verdict() { # good name
    number=$((number + 1))
    if [ "$1" = yes ]; then echo "ok $number - $2"
    else echo "not ok $number - $2"; failed=1; fi
}

run() { output=$("$@" 2>&1); status=$?; }

explain_failure() { # wanted status, wanted output
    echo "# exit $status, wanted $1; output:"
    sed 's/^/#   /' <<< "$output"
    echo "# wanted:"
    sed 's/^/#   /' <<< "$2"
}

is() {
    local name=$1 code=$2 want=$3; shift 3
    run "$@"
    if [ "$status" = "$code" ] && [ "$output" = "$want" ]; then verdict yes "$name"
    else verdict no "$name"; explain_failure "$code" "$want"; fi
}

has() {
    local name=$1 code=$2 want=$3; shift 3
    run "$@"
    if [ "$status" = "$code" ] && [[ $output == *"$want"* ]]; then verdict yes "$name"
    else verdict no "$name"; explain_failure "$code" "...$want..."; fi
}

# A configuration directory with the shipped examples and its own paths.
site() { # directory
    mkdir -p "$1/state" "$1/spool" "$1/secrets"
    cp "$TP_SOURCE/etc/tradepost.conf" "$1/"
    cp -r "$TP_SOURCE/partners" "$1/"
    chmod -R u+w "$1"
    for name in nav cleo acme.key bigmart.key bluefish.key greenleaf.key harbor.key; do
        (umask 077; echo "not a real one" > "$1/secrets/$name")
    done
    cat > "$1/env.conf" <<EOF
paths = { state = "state"; spool = "spool"; data = "$TP_SOURCE"; };
EOF
}

finish() { echo "1..$number"; exit $failed; }
