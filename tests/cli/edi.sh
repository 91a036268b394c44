#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# X12 files at the command line: check, view, ack.
. "${TP_SOURCE:-.}/tests/cli/lib.sh"
site "$work/etc"
export TRADEPOST_NOW=2026-11-22T14:00:00Z
tp() { "$tradepost" -c "$work/etc" "$@"; }
cat > "$work/good.edi" <<'X'
ISA*00*          *00*          *ZZ*BLUEFISH01     *ZZ*CRONUS01       *261120*0858*U*00401*000000918*1*P*>~
GS*IN*BLUEFISH01*CRONUS01*20261120*0858*918*X*004010~
ST*810*0001~
BIG*20261120*INV-88213*20261112*106233~
IT1*1*40*CA*168.00**VN*BF-220*BP*70000~
TDS*672000~
CTT*1~
SE*6*0001~
GE*1*918~
IEA*1*000000918~
X
sed -e 's/INV-88213\*20261112/INV-88213*20261312/' -e 's/TDS\*672000/TDS*672000**/' "$work/good.edi" > "$work/bad.edi"
cd "$work" || exit 99

is "a clean file" 0 "good.edi: $(stat -c %s good.edi) bytes, all accounted for; interchanges 1, groups 1, sets 1: 1 accepted, 0 rejected" tp edi check good.edi
is "a wrong date" 1 "bad.edi: 810 0001, segment 2 (BIG), BIG03: found '20261312', expected a date that exists [AK403=8]
bad.edi: $(stat -c %s bad.edi) bytes, all accounted for; interchanges 1, groups 1, sets 1: 0 accepted, 1 rejected" tp edi check bad.edi
is "the summary as JSON" 0 '{"schema":"tradepost.edi-file/1","file":"good.edi","bytes":'"$(stat -c %s good.edi)"',"accounted":'"$(stat -c %s good.edi)"',"junk":0,"interchanges":1,"groups":1,"sets":1,"accepted":1,"rejected":0,"findings":0,"warnings":0}' tp edi check --json good.edi
has "a finding as JSON" 1 '{"schema":"tradepost.finding/1","file":"bad.edi","interchange":"000000918","group":"918","set":"0001","set_id":"810","segment":2,"segment_id":"BIG","element":3,"component":null,"code":"AK403=8","severity":"reject"' tp edi check --json bad.edi
is "one object a line" 0 2 bash -c "'$tradepost' -c '$work/etc' edi check --json bad.edi | python3 -c 'import json,sys; print(len([json.loads(l) for l in sys.stdin]))'"
has "standard input" 0 "1 accepted, 0 rejected" bash -c "cat good.edi | '$tradepost' -c '$work/etc' edi check -"
has "several files, one missing" 3 "tradepost: cannot open none.edi: No such file or directory [TP8003]" tp edi check good.edi none.edi bad.edi
[[ $output == *"bad.edi: 810 0001"* ]] && verdict yes "the others are checked all the same" || verdict no "the others are checked all the same"
has "without settings the shipped guides serve" 1 "AK403=8" "$tradepost" -c "$work/none" edi check bad.edi
has "without settings, with guides" 1 "AK403=8" "$tradepost" -c "$work/none" edi check --guides "$TP_SOURCE/edi" bad.edi
has "the sender's tolerance is used" 1 "0 accepted" tp edi check bad.edi
[[ $output == *TDS* ]] && verdict no "trailing separators are forgiven BLUEFISH" || verdict yes "trailing separators are forgiven BLUEFISH"
has "and not another partner" 1 "bad.edi: 810 0001, segment 4 (TDS), TDS02: the segment ends in empty elements [warning trailing_separators]" tp edi check --partner acme bad.edi
has "view" 0 "02    Invoice number               INV-88213" tp edi view good.edi
is "view of nothing" 3 "tradepost: cannot open none.edi: No such file or directory [TP8003]" tp edi view none.edi
is "ack: an accepted invoice, TA1 asked for" 0 'ISA*00*          *00*          *ZZ*CRONUS01       *ZZ*BLUEFISH01     *261122*0900*U*00401*000000001*0*P*>~
TA1*000000918*261120*0858*A*000~
GS*FA*CRONUS01*BLUEFISH01*20261122*0900*1*X*004010~
ST*997*0001~
AK1*IN*918~
AK2*810*0001~
AK5*A~
AK9*A*1*1*1~
SE*6*0001~
GE*1*1~
IEA*1*000000001~' tp edi ack good.edi
has "ack: a rejected one says where" 0 "AK3*BIG*2**8~
AK4*3*373*8*20261312~
AK5*R*5~" tp edi ack bad.edi
has "ack: a value of blanks is not repeated" 0 "AK4*3*324*6~" tp edi ack "$TP_SOURCE/tests/x12/invalid/blank_mandatory/input.edi"
tp edi ack bad.edi > ack.edi
has "an acknowledgment is clean X12 itself" 0 "1 accepted, 0 rejected" tp edi check ack.edi
{ cat good.edi; sed 's/000000918/000000919/' good.edi; } > two.edi
tp edi ack two.edi > ack.edi
has "two interchanges are answered with two, each with its number" 0 "interchanges 2, groups 2, sets 2: 2 accepted, 0 rejected" tp edi check ack.edi
sed 's/\*P\*>~/*X*>~/; s/BLUEFISH01     \*ZZ/BLUEFISH01       *ZZ/' good.edi > envelope.edi
has "a broken envelope is answered all the same" 0 "*T*>~" tp edi ack --partner acme envelope.edi
is "ack: nothing to acknowledge" 3 "tradepost: found nothing to acknowledge in /dev/null [TP8003]" tp edi ack /dev/null
finish
