# SPDX-License-Identifier: Apache-2.0
# Sourced by the sandbox's tests: starts and stops one, talks to it, says TAP.
set -u
box=${TP_BUILD:-.}/tradepost-sandbox
work=$(mktemp -d)
pid=''
number=0
failed=0
key=TRADEPOST:c2FuZGJveC13ZWItc2VydmljZS1hY2Nlc3Mta2V5LTEy

stop() {
    [ -n "$pid" ] || return 0
    kill "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    pid=''
}
trap 'stop; rm -rf "$work"' EXIT

# start [option ...]: sets nav, cleo, token (addresses), api and pages.
start() {
    rm -f "$work/ports.json"
    "$box" serve --dir "$work/state" --ports-file "$work/ports.json" \
        --date 2026-11-22 "$@" 2>>"$work/stderr" &
    pid=$!
    for _ in $(seq 200); do
        [ -s "$work/ports.json" ] && break
        kill -0 "$pid" 2>/dev/null || { echo "Bail out! $(cat "$work/stderr")"; exit 1; }
        sleep 0.05
    done
    nav=http://127.0.0.1:$(jq .nav "$work/ports.json")
    cleo=http://127.0.0.1:$(jq .cleo "$work/ports.json")
    token=http://127.0.0.1:$(jq .token "$work/ports.json")
    api=$nav/BC/api/v2.0
    pages="$nav/BC/ODataV4/Company('CRONUS%20USA%2C%20Inc.')"
    company=$(ask "$api/companies" | jq -r '.value[0].id')
    api="$api/companies($company)"
}

# ask ADDRESS [curl option ...]: prints the body, leaves status and headers.
ask() {
    curl -sg -m 20 -u "$key" -D "$work/headers" "$@"
    local code=$?
    status=$(sed -n '1s/[^ ]* \([0-9]*\).*/\1/p' "$work/headers" 2>/dev/null)
    echo "${status:-0}" >"$work/status"
    return $code
}
status() { cat "$work/status"; }
header() { tr -d '\r' <"$work/headers" | sed -n "s/^$1: //Ip" | head -n 1; }
json='Content-Type: application/json'
post() { local to=$1 body=$2; shift 2; ask "$to" -X POST -H "$json" -d "$body" "$@"; }
patch() { local to=$1 body=$2; shift 2; ask "$to" -X PATCH -H "$json" -d "$body" "$@"; }
effects() { curl -s "$nav/_sandbox/effects?kind=$1" | jq length; }
fault() { curl -s -o /dev/null -d "$2" "$1/_sandbox/faults"; }

is() { # what, found, expected
    number=$((number + 1))
    if [ "$2" = "$3" ]; then
        echo "ok $number - $1"
    else
        echo "not ok $number - $1"
        printf '%s\n' "found:    $2" "expected: $3" | sed 's/^/# /'
        failed=1
    fi
}
like() { # what, found, pattern of [[ ]]
    # shellcheck disable=SC2053
    if [[ $2 == $3 ]]; then is "$1" yes yes; else is "$1" "$2" "$3"; fi
}
# Ends cleanly, without a leak or a word of a sanitizer.
finish() {
    if [ -n "$pid" ]; then
        kill "$pid"
        wait "$pid"
        is "it ends cleanly" "$? $(head -c 300 "$work/stderr")" "0 "
        pid=''
    fi
    echo "1..$number"
    exit $failed
}
need() {
    for tool in curl jq; do
        command -v $tool >/dev/null || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
    done
}
need
