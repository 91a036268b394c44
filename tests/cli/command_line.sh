#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the program makes of a command line: exit codes, hints, formats.
. "${TP_SOURCE:-.}/tests/cli/lib.sh"
site "$work/etc"
tp() { "$tradepost" -c "$work/etc" "$@"; }

has "no command prints the commands" 0 "Usage: tradepost" "$tradepost"
is "a misspelt command" 2 'tradepost: found no command "chek"; did you mean "check"? [TP8001]' "$tradepost" chek
is "a misspelt verb" 2 'tradepost: found no command "partner lst"; did you mean "partner list"? [TP8001]' "$tradepost" partner lst
is "a command unlike any" 2 'tradepost: found no command "frobnicate"; `tradepost help` lists them [TP8001]' "$tradepost" frobnicate
is "a misspelt option" 2 'tradepost: found the unknown option --strct; did you mean "--strict"? [TP8001]' "$tradepost" check --strct
is "an option of another command" 2 'tradepost: `tradepost version` takes no option --strict [TP8001]' "$tradepost" version --strict
is "a missing argument" 2 'tradepost: `tradepost partner show` needs PARTNER [TP8001]' "$tradepost" partner show
is "an argument too many" 2 'tradepost: `tradepost version` takes no argument, but found "x" [TP8001]' "$tradepost" version x
is "a missing value" 2 'tradepost: --config needs a value: DIR [TP8001]' "$tradepost" check --config
is "a value for a flag" 2 'tradepost: --strict takes no value, but "x" follows [TP8001]' "$tradepost" check --strict=x
is "a wrong format" 2 'tradepost: --output: found "xml", expected text, json, jsonl, csv or tsv [TP8002]' "$tradepost" explain -o xml
is "a wrong column" 2 'tradepost: --columns: found no column "cod"; did you mean "code"? [TP8002]' tp partner list --columns cod
is "the version" 0 "tradepost $(sed -n "s/^#define PACKAGE_VERSION \"\(.*\)\"/\1/p" "$TP_BUILD/src/config.h")" "$tradepost" --version
has "help of a command" 0 "Usage: tradepost partner show PARTNER" "$tradepost" partner show --help
has "help of a noun" 0 "tradepost partner list - the partners" "$tradepost" help partner
is "help of nothing" 3 'tradepost: found no command or topic "x" [TP8003]' "$tradepost" help x
has "help of the settings" 0 "company.isa  (text, must be there)" "$tradepost" help config
has "explain" 0 "TP1020  a secret is not kept secret" "$tradepost" explain tp1020
has "explain an acknowledgment's code" 0 "AK403=7  the code is unknown" "$tradepost" explain AK403=7
is "explain what is not there" 3 'tradepost: found no code "TP1015"; did you mean TP1005? [TP8003]' "$tradepost" explain TP1015
is "options after the command, short and joined" 0 'BLUEFISH	V10000' "$tradepost" partner show bluefish --no-header -qotsv --columns=code,vendor "-c$work/etc"
is "a noun alone" 0 'code	vendor
ACME	V10010' bash -c "'$tradepost' -c '$work/etc' partner -o tsv --columns code,vendor | head -n 2"
is "JSON lines" 0 '{"schema":"tradepost.partner/1","code":"ACME","customer":null}' bash -c "'$tradepost' -c '$work/etc' partner --json --columns code,customer | head -n 1"
is "JSON as a whole" 0 '{"schema":"tradepost.partner/1","rows":[
{"code":"HARBOR"}]}' tp partner show harbor -o json --columns code
is "CSV ends lines with CR LF" 0 'code^M$HARBOR^M$' bash -c "'$tradepost' -c '$work/etc' partner show harbor -o csv --columns code | cat -A | tr -d '\n'"
is "a partner that is not there" 3 'tradepost: found no partner "BLEUFISH"; did you mean BLUEFISH? [TP1009]' tp partner show BLEUFISH
has "no hints without a terminal" 0 "File       partners/acme.conf:1" tp partner show acme
[[ $output == *next:* ]] && verdict no "no next line" || verdict yes "no next line"
run "$tradepost" completion bash
bash -n <<< "$output" && verdict yes "completion is bash" || verdict no "completion is bash"
complete_word() { # words...: what completion offers for the last one
    eval "$("$tradepost" completion bash)"
    COMP_WORDS=(tradepost "$@") COMP_CWORD=$#
    TRADEPOST_CONFIG=$work/etc _tradepost
    echo "${COMPREPLY[@]}"
}
is "completion of a verb" 0 "show" complete_word partner sh
is "completion of all verbs of a noun" 0 "list show trace edit retry reprocess resend reissue release hold ignore keep unkeep" complete_word doc ""
is "completion of a partner" 0 "bluefish" complete_word partner show bl
is "completion of an option" 0 "--no-header" complete_word doc --no
finish
