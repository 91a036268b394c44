#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# seeds.sh FOLDER : inputs for the fuzzers of x12, made of the cases of
# tests/x12 and the guides: FOLDER/x12, FOLDER/x12_guide, FOLDER/x12_tools. The
# first byte of the last two says what the rest is.
set -eu
mkdir -p "$1"
out=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.."
mkdir -p "$out"/x12 "$out"/x12_guide "$out"/x12_tools
for input in tests/x12/*/*/input.edi; do
    name=$(basename "$(dirname "$input")")
    [ "$(wc -c <"$input")" -lt 4000 ] || continue
    cp "$input" "$out/x12/$name"
    for tool in 1 3 4 5; do
        { printf "\\x0$tool"; cat "$input"; } >"$out/x12_tools/$tool-$name"
    done
done
for path in 'N1[01=ST].04' 'PO1[2]/PID.05' 850/BEG03 '/N1.02' 'REF.04-2' HL 'HL[03=I]/SN1.02' ISA.06; do
    { printf '\002%s\n' "$path"; cat tests/x12/valid/sample_850/input.edi; } \
        >"$out/x12_tools/path-$(printf %s "$path" | tr -c 'A-Z0-9' _)"
done
cat >"$out/x12_tools/json" <<'E2'
{"schema":"tradepost.x12/1","interchanges":[{"delimiters":{"element":"*","component":">","terminator":"~","newline":"\n"},"ISA":{"01":"00","03":"00","05":"ZZ","06":"A","07":"ZZ","08":"B","09":"251120","10":"0858","11":"U","12":"00401","13":"000000001","14":"0","15":"P","16":">"},"groups":[{"GS":{"01":"PO","02":"A","03":"B","04":"20251120","05":"0858","06":"1","07":"X","08":"004010"},"sets":[{"ST":{"01":"850","02":"0001"},"segments":[{"BEG":{"01":"00","02":"SA","03":"P","05":"20251120"}},[{"PO1":{"01":"1","04":["a",{"1":"b","2":"c"}]}},{"PID":{"01":"F"}}]],"SE":{}}],"GE":{}}],"IEA":{},"end":""}]}
E2
printf '\000' | cat - "$out/x12_tools/json" >"$out/x12_tools/json-0" && rm "$out/x12_tools/json"
kind=0
for text in 997.guide segments elements codes; do
    { printf "\\x0$kind"; head -c 3500 edi/x12/004010/$text; } >"$out/x12_guide/$text"
    kind=$((kind + 1))
done
{ printf '\000'; head -c 3500 edi/x12/004010/856.guide; } >"$out/x12_guide/856.guide"
printf '\004997/AK2/AK5\n^[A-Z]$\n\nM\n' >"$out/x12_guide/rule-pattern"
printf '\004997/AK1\n\nZA1\nO213\nAN 1 30\n' >"$out/x12_guide/rule-segment"
printf '\004997/AK1[01=PO]\n\n\nM1\n' >"$out/x12_guide/rule-variant"
for sef in tests/x12/sef/*.sef; do
    { printf '\005'; head -c 3900 "$sef"; } >"$out/x12_guide/$(basename "$sef")"
done
for entry in x12 x12_guide x12_tools; do
    for kept in tests/fuzz/corpus/$entry/*; do
        cp "$kept" "$out/$entry/kept-$(basename "$kept")"
    done
done
