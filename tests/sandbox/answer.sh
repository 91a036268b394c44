#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What partners send back: tradepost-sandbox answer.
. "$(dirname "$0")/lib.sh"
mkdir "$work/in" "$work/out"

order() { # number, control: an 850 with two lines, to BLUEFISH
    cat <<END
ISA*00*          *00*          *ZZ*CRONUS01       *ZZ*BLUEFISH01     *261122*0858*U*00401*0000009$2*0*T*>~
GS*PO*CRONUS01*BLUEFISH01*20261122*0858*9$2*X*004010~
ST*850*0001~
BEG*00*SA*$1**20261112~
N1*BY*CRONUS USA*92*0001~
N1*ST*CRONUS DC AUSTIN*92*AUSTIN~
N3*400 INDUSTRIAL PKWY~
N4*AUSTIN*TX*78741*US~
PO1*1*40*CA*155.7**BP*70000*VN*BF-220*UP*614141700004~
PID*F****COD FILLET 10 LB~
PO1*2*10*CA*140**BP*70001*VN*BF-221~
CTT*2~
SE*11*0001~
GE*1*9$2~
IEA*1*0000009$2~
END
}
bill() { # number, control, cents
    cat <<END
ISA*00*          *00*          *ZZ*CRONUS01       *ZZ*BIGMART01      *261122*0858*U*00401*0000008$2*0*P*>~
GS*IN*CRONUS01*BIGMART01*20261122*0858*8$2*X*004010~
ST*810*0001~
BIG*20261120*$1~
TDS*$3~
SE*4*0001~
GE*1*8$2~
IEA*1*0000008$2~
END
}
go() { # partner [option ...]
    local partner=$1
    shift
    "$box" answer --in "$work/in" --out "$work/out" --partner "$partner" --date 2026-11-22 "$@" 2>&1
}
clean() { rm -rf "$work/in" "$work/out"; mkdir "$work/in" "$work/out"; }
seg() { grep -h "^$1" "$work"/out/$2 | tr -d '~' | paste -sd' '; }
# Files whose SE01 is not the number of segments from ST to SE, or whose
# control numbers differ.
wrong_counts() {
    for file in "$work"/out/*.edi; do
        tr -d '\n' <"$file" | tr '~' '\n' | awk -F'*' -v f="$file" '
            /^ISA/ {isa = $14} /^GS/ {gs = $7} /^ST/ {n = 0; st = $3}
            {n++}
            /^SE/ {if ($2 != n || $3 != st) print f}
            /^GE/ {if ($3 != gs) print f} /^IEA/ {if ($3 != isa) print f}'
    done | wc -l
}

# everything goes well without a script
order 106201 18 >"$work/in/850-1.edi"
order PO-106206 19 >"$work/in/850-2.edi"
: >"$work/in/.850-3.edi"
order 106211 20 >"$work/in/850-4.edi.part"
is "six files for two orders" "$(go BLUEFISH)" "6 files written"
is "nothing is done twice" "$(go BLUEFISH)" "0 files written"
is "counts and control numbers agree" "$(wrong_counts)" 0
is "each interchange has its own number" "$(seg ISA '*' | tr ' ' '\n' | grep -c '^0000009')$(grep -h '^ISA' "$work"/out/* | cut -d'*' -f14 | sort -u | wc -l)" 06
is "sender and receiver are swapped" "$(grep -h '^GS' "$work"/out/* | cut -d'*' -f3,4 | sort -u)" 'BLUEFISH01*CRONUS01'
is "test stays test" "$(grep -h '^ISA' "$work"/out/* | cut -d'*' -f16 | sort -u)" T
is "997: accepted" "$(seg AK '997-PO918-*')" 'AK1*PO*918 AK2*850*0001 AK5*A AK9*A*1*1*1'
is "856: the order" "$(seg PRF '856-106201-*')" 'PRF*106201***20261112'
is "856: levels" "$(seg HL '856-106201-*')" 'HL*1**S HL*2*1*O HL*3*2*I HL*4*2*I'
is "856: items" "$(seg LIN '856-106201-*')" 'LIN*1*VN*BF-220*BP*70000 LIN*2*VN*BF-221*BP*70001'
is "856: quantities" "$(seg SN1 '856-106201-*')" 'SN1*1*40*CA SN1*2*10*CA'
is "856: ship-to as ordered" "$(seg N4 '856-106201-*')" 'N4*AUSTIN*TX*78741*US'
is "810: total in cents" "$(seg TDS '810-106201-*')" 'TDS*762800'
is "810: lines" "$(seg IT1 '810-106201-*')" 'IT1*1*40*CA*155.7**VN*BF-220*BP*70000 IT1*2*10*CA*140**VN*BF-221*BP*70001'
is "a prefix stays in the order's number" "$(seg PRF '856-PO-106206-*')" 'PRF*PO-106206***20261112'
first=$(cat "$work"/out/*)
clean
order 106201 18 >"$work/in/850-1.edi"
order PO-106206 19 >"$work/in/850-2.edi"
go BLUEFISH >/dev/null
is "the same again gives the same" "$([ "$(cut -d'*' -f1-9 "$work"/out/*)" = "$(cut -d'*' -f1-9 <<<"$first")" ] && echo same)" same

# each case of the script
cat >"$work/script" <<'END'
BLUEFISH 1 reject PO1 2 7 234 7     # a comment
BLUEFISH 2 unknown-item 1 BF-999
BLUEFISH 3 over-ship 2 5
BLUEFISH 4 price 1 8
BLUEFISH 5 duplicate
BLUEFISH 6 no-856
BLUEFISH 7 no-810
BLUEFISH 8 short-ship 1 15
BLUEFISH 9 freight 25.50
BLUEFISH 0 no-997
OTHER    * no-997
END
clean
for n in 0 1 2 3 4 5 6 7 8 9; do order 10620$n 3$n >"$work/in/$n.edi"; done
go BLUEFISH --script "$work/script" >/dev/null
is "a rejection" "$(seg AK '997-PO931-*')" 'AK1*PO*931 AK2*850*0001 AK3*PO1*9**8 AK4*7*234*7*70001 AK5*R*5 AK9*R*1*1*0'
is "a rejected order is not shipped" "$(ls "$work"/out | grep -c 106201)" 0
is "an unknown item" "$(seg LIN '856-106202-*')" 'LIN*1*VN*BF-999 LIN*2*VN*BF-221*BP*70001'
is "too much" "$(seg SN1 '856-106203-*') $(seg TDS '810-106203-*')" 'SN1*1*40*CA SN1*2*15*CA TDS*832800'
is "too dear" "$(seg IT1 '810-106204-*' | cut -d' ' -f1 | cut -d'*' -f5) $(seg TDS '810-106204-*')" '168.16 TDS*812640'
is "twice" "$(ls "$work"/out/810-106205-* | wc -l) $(seg BIG '810-106205-*' | cut -d'*' -f3 | sort -u)" '2 INV-106205'
is "no ship notice" "$(ls "$work"/out | grep -c '856-106206')$(ls "$work"/out | grep -c '810-106206')" 01
is "no invoice" "$(ls "$work"/out | grep -c '856-106207')$(ls "$work"/out | grep -c '810-106207')" 10
is "too little" "$(seg SN1 '856-106208-*' | cut -d' ' -f1)" 'SN1*1*25*CA'
is "freight" "$(seg SAC '810-106209-*') $(seg TDS '810-106209-*')" 'SAC*C*D240***2550 TDS*765350'
is "no 997" "$(ls "$work"/out | grep -c '997-PO930')" 0
is "counts and control numbers agree" "$(wrong_counts)" 0
printf 'BLUEFISH 1 explode\n' >"$work/bad"
like "an unknown case is named with its line" "$(go BLUEFISH --script "$work/bad")" "*TP9103*bad:1*'explode'*"

# a customer
cat >"$work/script" <<'END'
BIGMART 103201 discount 2
BIGMART 103202 deduct 120.00 06
BIGMART 103203 remit 2
BIGMART 103204 unpaid
END
clean
bill SI-103201 01 1800000 >"$work/in/1.edi"
bill SI-103202 02 2438320 >"$work/in/2.edi"
bill SI-103203 03 100 >"$work/in/3.edi"
bill SI-103204 04 5 >"$work/in/4.edi"
is "a customer" "$(go BIGMART --script "$work/script")" "6 files written"
is "pays with a discount and a deduction" "$(seg RMR '820-remit1-*') $(seg ADX '820-remit1-*')" \
    'RMR*IV*SI-103201**17640*18000*360 RMR*IV*SI-103202**24263.2*24383.2 ADX*-120*06'
is "the sum of what is paid" "$(seg BPR '820-remit1-*' | cut -d'*' -f3)" 41903.2
is "another remittance" "$(seg RMR '820-remit2-*')" 'RMR*IV*SI-103203**1*1'
is "an open one is not paid" "$(cat "$work"/out/820* | grep -c 103204)" 0
is "counts and control numbers agree" "$(wrong_counts)" 0
for file in "$work"/out/997*; do cp "$file" "$work/in/"; done
is "an acknowledgment is not acknowledged" "$(go BIGMART)" "0 files written"
is "several interchanges in a file" "$(clean; { bill A 05 100; bill B 06 200; } >"$work/in/both.edi"; go BIGMART)" "3 files written"
is "a number is no path" "$(clean; order ../../x 07 >"$work/in/a.edi"; go BLUEFISH; find "$work" -mindepth 1 -name '*x*' | grep -vc "^$work/out/")" "3 files written
0"
is "no X12 is passed over" "$(clean; echo 'hello, world' >"$work/in/a.txt"; go BIGMART)" "0 files written"
is "the shipped script is understood" "$(clean; go ACME --script "$TP_SOURCE/etc/demo/partners.script")" "0 files written"
finish
