#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# X12 files at the command line, without any settings: as JSON and back, and
# single values picked by path.
. "${TP_SOURCE:-.}/tests/cli/lib.sh"
valid=$TP_SOURCE/tests/x12/valid invalid=$TP_SOURCE/tests/x12/invalid
tp() { "$tradepost" -c "$work/none" "$@"; }
cd "$work" || exit 99
cp "$valid/sample_850/input.edi" 850.edi
cp "$valid/sample_856/input.edi" 856.edi

# JSON, there and back: every clean file comes back byte for byte.
for name in nl_none crlf_suffix cr_suffix lf_is_terminator cr_is_terminator crlf_is_terminator \
    terminator_0x1e_elem_0x1d terminator_0x15_nak terminator_0x85 terminator_utf8_ellipsis \
    pipe_delims tilde_elem_star_term isa_in_data empty_group empty_interchange latin1_name \
    5010_rep_is_U hl_not_from_1 hl_empty_parent trailing_ctrlz_nul sample_810 sample_820 sample_850 \
    sample_856 staedi_997 apimeister_850; do
    tp edi json "$valid/$name/input.edi" > it.json 2> err
    is "json: $name comes back" 0 "" bash -c "'$tradepost' edi json --write it.json | cmp - '$valid/$name/input.edi'"
done
for name in fat_two_interchanges_diff_delims nul_in_data hl_forward_parent dup_st02 apimeister_999; do
    is "json: $name comes back too" 0 "" bash -c "'$tradepost' edi json '$invalid/$name/input.edi' | '$tradepost' edi json --write - | cmp - '$invalid/$name/input.edi'"
done
for name in missing_se missing_ge missing_iea se_count_wrong ge_ctl_wrong iea_count_wrong; do
    tp edi json "$invalid/$name/input.edi" > it.json
    has "json: $name comes back with right trailers" 0 "1 accepted, 0 rejected" bash -c "'$tradepost' edi json --write it.json | '$tradepost' edi check -"
done
has "json: junk is told" 1 "27 bytes belong to no interchange" tp edi json "$invalid/garbage_between/input.edi"
cat > keys.py <<'E2'
import json, sys
s = json.load(sys.stdin)["interchanges"][0]["groups"][0]["sets"][0]["segments"]
po1 = [e for e in s if isinstance(e, list) and "PO1" in e[0]]
print(s[0]["BEG"]["03"], [e[0]["PO1"]["02"] for e in po1], po1[0][1][0]["PID"]["05"])
E2
is "json: loops are arrays, elements have keys" 0 "PO-106233 ['40', '10'] COD FILLET 10 LB" bash -c "'$tradepost' edi json 850.edi | python3 keys.py"
printf 'ISA*00*          *00*          *ZZ*A              *ZZ*B              *251120*0858*^*00501*000000918*0*P*>~GS*PO*A*B*20251120*0858*918*X*005010~ST*850*0001~AAA*a>>c*x^y>z*~SE*3*0001~GE*1*918~IEA*1*000000918~' > rep.edi
has "json: components and repetitions" 0 '{"AAA":{"01":{"1":"a","3":"c"},"02":["x",{"1":"y","2":"z"}],"03":""}}' tp edi json rep.edi
is "json: which come back" 0 "" bash -c "'$tradepost' edi json rep.edi | '$tradepost' edi json --write - | cmp - rep.edi"
is "json: a value with a delimiter is refused" 4 "" bash -c "'$tradepost' edi json 850.edi | sed 's/GROUND/GRO*UND/' | '$tradepost' edi json --write - 2>/dev/null; [ \${PIPESTATUS[2]} != 0 ] && exit 4"
has "json: what is no JSON is told with its line" 1 "-: line 2: found 'x', expected a name in quotes" bash -c "printf '{\n x' | '$tradepost' edi json --write - 2>&1; [ \$? != 0 ] && exit 1"
is "json: depth has a limit" 1 "tradepost: -: line 1: found '[', expected less depth [TP2401]" bash -c "head -c 100000 /dev/zero | tr '\0' '[' | '$tradepost' edi json --write - 2>&1; [ \$? != 0 ] && exit 1"

# Values by path.
is "get: an element" 0 PO-106233 tp edi get BEG.03 850.edi
is "get: as guides write it" 0 PO-106233 tp edi get 850/BEG03 850.edi
is "get: where a qualifier is" 0 0004 tp edi get 'N1[01=ST].04' 850.edi
is "get: every one" 0 $'40\n10' tp edi get PO1.02 850.edi
is "get: one occurrence" 0 10 tp edi get 'PO1[2].02' 850.edi
is "get: in a loop" 0 "HADDOCK 10 LB" tp edi get 'PO1[01=2]/PID.05' 850.edi
is "get: two steps with an occurrence" 0 AUSTIN tp edi get 'N1[2]/N4.01' 850.edi
is "get: levels" 0 $'40\n10' tp edi get 'HL[03=I]/SN1.02' 856.edi
is "get: levels in levels" 0 BF-221 tp edi get 'HL[03=O]/HL[03=I][2]/LIN.03' 856.edi
is "get: a whole segment" 0 "N1*ST*CRONUS DC AUSTIN*92*0004" tp edi get 'N1[01=ST]' 850.edi
is "get: the envelope" 0 000000918 tp edi get ISA.13 850.edi
is "get: a component" 0 c tp edi get AAA.01-3 rep.edi
is "get: standard input" 0 PO-106233 bash -c "'$tradepost' edi get BEG.03 - < 850.edi"
has "get: JSON" 0 '{"schema":"tradepost.edi-value/1","set":"850","number":"0001","position":2,"segment":"BEG","value":"PO-106233"}' tp edi get --json BEG.03 850.edi
is "get: nothing" 3 "tradepost: found no N1[01=XX].04 in 850.edi [TP8003]" tp edi get 'N1[01=XX].04' 850.edi
has "get: not in this set" 3 "found no 810/N1.04" tp edi get 810/N1.04 850.edi
has "get: a wrong path" 4 "the path 'N1[01ST].04' at 'ST].04': expected = and a value [TP2402]" tp edi get 'N1[01ST].04' 850.edi
has "get: a path without a name" 4 "expected a segment's name such as N1" tp edi get '1.04' 850.edi

# Differences by meaning.
is "diff: delimiters mean nothing" 0 "" tp edi diff 850.edi "$valid/pipe_delims/input.edi"
is "diff: unless asked for" 1 "850 PO-106233
~ element separator: * -> |
~ segment terminator: ~ -> '" tp edi diff -a 850.edi "$valid/pipe_delims/input.edi"
sed 's/000000918/000000919/; s/^GS\(.*\)0858\*918/GS\10901*919/; s/^GE\*1\*918/GE*1*919/; s/155.7/155.70/' 850.edi > same.edi
is "diff: control numbers, times and 155.70 mean nothing" 0 "" tp edi diff 850.edi same.edi
sed 's/PO1\*2\*10/PO1*2*12/; s/HADDOCK 10/HADDOCK 20/; s/^REF.DP.*$/REF*DP*043~\nREF*IA*9~/; /^DTM/d' 850.edi > other.edi
is "diff: what differs is named" 1 "850 PO-106233
~ REF[01=DP].02 Reference: 042 -> 043
- DTM[01=002]: DTM*002*20251119
~ PO1[01=2].02 Quantity ordered: 10 -> 12
~ PO1[01=2]/PID[01=F].05 Description: HADDOCK 10 LB -> HADDOCK 20 LB
+ REF[01=IA]: REF*IA*9" tp edi diff 850.edi other.edi
cat > swap.py <<'E2'
s = open("856.edi").read().split("~\n")
i, j, k = [n for n, x in enumerate(s) if x[:4] in ("HL*3", "HL*4", "CTT*")]
a, b = s[i:j], s[j:k]
a[0], b[0] = "HL*4*2*I", "HL*3*2*I"
open("swapped.edi", "w").write("~\n".join(s[:i] + b + a + s[k:]))
p = open("850.edi").read().split("~\n")
i, j, k = [n for n, x in enumerate(p) if x[:6] in ("PO1*1*", "PO1*2*") or x[:4] == "CTT*"]
a, b = p[i:j], p[j:k]
a[0], b[0] = a[0].replace("PO1*1", "PO1*2"), b[0].replace("PO1*2", "PO1*1")
open("renumbered.edi", "w").write("~\n".join(p[:i] + b + a + p[k:]))
E2
python3 swap.py
is "diff: the order of levels and their numbers mean nothing" 0 "" tp edi diff 856.edi swapped.edi
is "diff: lines with other numbers meet by their items" 1 "850 PO-106233
~ PO1[01=1].01 Line number: 1 -> 2
~ PO1[01=2].01 Line number: 2 -> 1" tp edi diff 850.edi renumbered.edi
has "diff: JSON" 1 '{"schema":"tradepost.edi-difference/1","change":"changed","set":"850","number":"PO-106233","path":"PO1[01=2].02","name":"Quantity ordered","a":"10","b":"12"}' tp edi diff --json 850.edi other.edi
has "diff: a set that is in one file only" 1 "- the whole set: 0001" tp edi diff 850.edi 856.edi
has "diff: a set without an end is equal to nothing" 1 "- the whole set: 0001" tp edi diff "$invalid/missing_se/input.edi" "$invalid/missing_se/input.edi"

truncate -s 257M huge.edi
run tp edi diff huge.edi 850.edi
is "diff: more than may be in memory is refused" 0 yes awk -v said="$output" 'BEGIN { print said ~ /huge.edi is larger than 268435456 bytes/ ? "yes" : said }'
rm huge.edi

# Envelopes made right.
for name in sample_850 crlf_suffix terminator_0x85 lf_is_terminator terminator_utf8_ellipsis apimeister_850; do
    is "fix: $name is clean and stays" 0 "" bash -c "'$tradepost' edi fix '$valid/$name/input.edi' | cmp - '$valid/$name/input.edi'"
done
while read -r kind name wanted; do
    is "fix: $name is told" 0 "$wanted" bash -c "'$tradepost' edi fix --dry-run '$TP_SOURCE/tests/x12/$kind/$name/input.edi' 2>&1 | head -1"
    has "fix: $name is clean then" 0 "1 accepted, 0 rejected" bash -c "'$tradepost' edi fix -q '$TP_SOURCE/tests/x12/$kind/$name/input.edi' | '$tradepost' edi check -"
done <<'TABLE'
invalid se_count_wrong offset 654: SE01: 999 becomes 21
invalid se_ctl_wrong offset 654: SE02: 9999 becomes 0001
invalid ge_count_wrong offset 665: GE01: 7 becomes 1
invalid ge_ctl_wrong offset 665: GE02: 77 becomes 918
invalid iea_count_wrong offset 674: IEA01: 9 becomes 1
invalid iea_ctl_wrong offset 674: IEA02: 999999999 becomes 000000918
invalid missing_se offset 654: SE was missing and is added
invalid missing_ge offset 665: GE was missing and is added
invalid missing_iea offset 665: IEA was missing and is added
valid isa_trimmed offset 0: the ISA's elements get their fixed widths
valid isa_extra_space offset 0: the ISA's elements get their fixed widths
valid wrap80_crlf offset 0: lines that are broken inside segments are joined
valid no_final_terminator offset 674: the last segment gets its terminator
valid empty_segment offset 172: an empty segment is left out
valid trailing_separators offset 106: GS: empty elements at the end are cut
TABLE
has "fix: junk goes" 0 "offset 716: 27 bytes outside interchanges are left out" tp edi fix --dry-run "$invalid/garbage_between/input.edi"
has "fix: a digit is no delimiter" 1 "has '0' as a delimiter" bash -c "tr '~' '0' <'$valid/sample_850/input.edi' | '$tradepost' edi fix - 2>&1 || exit 1"
has "fix: a set that is cut off is not made whole" 1 "the file ends inside the segment N3 at offset 445" bash -c "'$tradepost' edi fix '$invalid/truncated_mid_segment/input.edi' 2>&1 || exit 1"
is "fix: then nothing is written" 0 "" bash -c "'$tradepost' edi fix '$invalid/truncated_mid_segment/input.edi' 2>/dev/null || true"

# One file for each part.
is "split: by set" 0 "parts/0001-850-000000918-918-0001.edi" bash -c "'$tradepost' edi split --no-header --columns file --dir parts '$invalid/dup_st02/input.edi' | head -1 | sed 's/ *$//'"
is "split: two sets, two files" 0 2 bash -c "ls parts | wc -l"
is "split: each is clean" 0 "" bash -c "'$tradepost' edi check -q parts/*.edi"
is "split: and holds its set" 0 PO-106233 tp edi get BEG.03 parts/0002*.edi
has "split: nothing is overwritten" 8 "parts/0001-850-000000918-918-0001.edi is there already" tp edi split --dir parts "$invalid/dup_st02/input.edi"
tp edi split --by interchange --dir ints "$invalid/fat_two_interchanges_diff_delims/input.edi" > /dev/null
is "split: by interchange, byte for byte" 0 "" bash -c "cat ints/* | cmp - '$invalid/fat_two_interchanges_diff_delims/input.edi'"
tp edi split --by group --dir groups "$valid/wrap80_crlf/input.edi" > /dev/null
is "split: by group, a wrapped file's lines are joined" 0 "" bash -c "'$tradepost' edi diff groups/*.edi '$valid/wrap80_crlf/input.edi'"
has "split: a set without SE is told" 1 "bytes are in no whole set" tp edi split --dir cut "$invalid/truncated_mid_segment/input.edi"
has "split: a wrong --by" 2 'found "page", expected set, group or interchange' tp edi split --by page 850.edi

# What guides say.
has "guide list: without settings" 0 "850  004010   PO     Purchase order" tp edi guide list
has "guide show: the shipped guide" 0 'set 850 PO "Purchase order" version 004010' tp edi guide show 850
has "guide show: another release" 0 'version 005010' tp edi guide show 850 --release 005010
is "guide show --json: a line of it each" 0 '["tradepost.edi-guide-line/1","850",1,"BEG M 1  Order heading"]' \
    bash -c "'$tradepost' -c '$work/etc' edi guide show 850 --json | jq -c '[.schema, .set, .depth, .text]' | sed -n 2p"
has "guide show: none" 3 "found no guide for set 777 version 004010; \`tradepost edi guide list\` lists them" tp edi guide show 777
has "guide show: in another release" 3 "found no guide for set 999 version 004010; --release 005010 has one" tp edi guide show 999
site "$work/etc"
is "guide show: a partner's rules are in it" 0 "        PO104   M 212 R 1..17 Unit price" bash -c "'$tradepost' -c '$work/etc' edi guide show bluefish 850 | grep PO104"
has "guide show: no such partner" 3 'found no partner "nobody"' "$tradepost" -c "$work/etc" edi guide show nobody 850
has "dict: a set" 0 "850  Purchase order, in groups PO, version 004010
  BEG  must, at most 1  Order heading" tp edi dict 850
has "dict: a segment" 0 "  PO104  may       Unit price                        number of 1 to 17, element 212" tp edi dict 850:PO1
has "dict: its notes" 0 "  PO103 PO102: the first needs the others" tp edi dict PO1
has "dict: an element" 0 "BEG02  Order kind; must, code of 2, element 92" tp edi dict 850:BEG:02
is "dict: a code" 0 "BEG02 SA  Stand-alone" tp edi dict 850:BEG:02=SA
has "dict: a data element" 0 "element 212  Unit price" tp edi dict '#212'
has "dict: a segment of another set" 0 "TDS  " tp edi dict TDS
is "dict: no such code" 3 "tradepost: found no 850:BEG:02=QQ in version 004010 [TP8003]" tp edi dict 850:BEG:02=QQ
is "dict: no such element" 3 "tradepost: found no 850:BEG:99 in version 004010 [TP8003]" tp edi dict 850:BEG:99

# Samples: what a guide asks for, its own reader takes.
is "gen: the guides there are" 0 "14 004010 15 005010" bash -c "'$tradepost' -c '$work/none' edi guide list --no-header | awk '{print \$2}' | sort | uniq -c | xargs"
while read -r set release; do
    for how in "--seed 1" "--seed 2" --all; do
        has "gen: $set $release $how" 0 "1 accepted, 0 rejected" bash -c "'$tradepost' edi gen $set --release $release $how | '$tradepost' edi check -"
    done
done < <(tp edi guide list --no-header | awk '{print $1, $2}')
is "gen: the same seed, the same sample" 0 "" bash -c "'$tradepost' edi gen 856 --seed 5 > s1; '$tradepost' edi gen 856 --seed 5 | tail -n +3 | diff - <(tail -n +3 s1)"
has "gen: another seed, another" 1 "" bash -c "'$tradepost' edi gen 856 --seed 6 | '$tradepost' edi diff - s1"
is "gen: levels nest" 0 "1" bash -c "'$tradepost' edi gen 856 | '$tradepost' edi get 'HL[03=S]/HL[03=O].02' -"

# Guides from a SEF file.
cp "$TP_SOURCE/tests/x12/sef/schedule.sef" .
is "guide import: what was written" 0 "tradepost: schedule.sef: not taken: .TEXT
sef/x12/004010/elements: 6 added
sef/x12/004010/segments: 4 added
sef/x12/004010/codes: 2 added
sef/x12/004010/830.guide: written
sef/x12/004010/850.guide: written" tp edi guide import schedule.sef --dir sef
has "guide import: the set can be shown" 0 "BFR03   O 127 AN 1..30 Reference" bash -c "'$tradepost' edi guide show 830 --guides sef | sed 's/^ *//'"
has "guide import: notes and repeated groups" 0 "ZQ107   O 380" bash -c "'$tradepost' edi guide show 830 --guides sef | sed 's/^ *//'"
has "guide import: a sample passes" 0 "1 accepted, 0 rejected" bash -c "'$tradepost' edi gen 830 --all --guides sef | '$tradepost' edi check --guides sef -"
has "guide import: the set is checked" 1 "AK403=7" bash -c "'$tradepost' edi gen 830 --guides sef | sed 's/^\(BFR.*\)\*[DS][LH]\*/\1*XX*/' | '$tradepost' edi check --guides sef -"
has "guide import: our own definitions stay" 0 "Quantity ordered" tp edi dict 850:PO1:02 --guides sef
is "guide import: a guide that is there stays" 8 "tradepost: schedule.sef: not taken: .TEXT
tradepost: sef/x12/004010/830.guide is there already; --yes replaces it [TP8005]" tp edi guide import schedule.sef --dir sef
has "guide import: into the site's own folder" 0 "$work/etc/x12/004010/830.guide: written" "$tradepost" -c "$work/etc" edi guide import schedule.sef
has "guide import: and then it is listed" 0 "830  004010   PS     Imported" "$tradepost" -c "$work/etc" edi guide list
printf '\357\273\277.VER 1.6\r\n.INI\r\nA,,004 010 UCS,X\r\n.SETS\r\n850=^+200[BEG,M]-5[REF*1@12,O,>1][&FOB]^{:>1+30[PO1@3,M]}^@2[CTT,O]\r\n' > marks.sef
is "guide import: marks of positions, an industry's version, CRLF and a BOM" 0 "  BEG M 1
  REF O >1
  FOB O 1
  PO1 M >1 loop
  CTT O 1" bash -c "'$tradepost' -c '$work/etc' edi guide import marks.sef --dir sef3 >/dev/null; tail -n 5 sef3/x12/004010/850.guide"
printf '.VER 1.6\n.INI\nA,,004 010,X\n.SETS\n830=[BFR,M\n.ELMS\n12=AN,x\n.SEGS\nBFR=[1,M]+Q01\n' > wrong.sef
is "guide import: every mistake by its line" 4 "wrong.sef:5: found '[BFR,M', expected a closing ] [TP2404]
wrong.sef:7: element 12: expected a number = type,min,max [TP2404]
wrong.sef:9: found 'Q01', expected a note such as P0304 [TP2404]" tp edi guide import wrong.sef --dir sef2
printf '.VER 1.6\n.INI\nA,,004 010,X\n.SETS\n777=[REF,M]\n850=[BEG,M]\n' > other.sef
is "guide import: a set that no group is known of" 4 "other.sef:5: nothing says in which groups the set 777 travels (GS01); --group does [TP2404]" tp edi guide import other.sef --dir sef5
is "guide import: with --group" 0 "set 777 QQ \"Imported\" set 850 PO \"Imported\"" bash -c "'$tradepost' -c '$work/etc' edi guide import other.sef --dir sef5 --group QQ >/dev/null; grep -h ^set sef5/x12/004010/{777,850}.guide | xargs -0 printf %s | xargs -d '\n'"
sed -i 's/^A,,/A,QR,/' other.sef
is "guide import: the group that the file says" 0 "set 777 QR \"Imported\"" bash -c "'$tradepost' -c '$work/etc' edi guide import other.sef --dir sef6 >/dev/null; grep ^set sef6/x12/004010/777.guide"
has "guide import: a group that is none" 2 "--group: found \"ps\", expected two capitals as in GS01 [TP8002]" tp edi guide import other.sef --dir sef7 --group ps
cp "$TP_SOURCE"/tests/x12/sef/{levels,disorder}.sef .
has "guide import: HL loops in each other become one" 0 "tradepost: levels.sef: not taken: .MASKS, .SEMREFS" tp edi guide import levels.sef --dir sef4
is "guide import: which holds what any level holds" 0 "set 856 SH \"Imported\"
  BSN M 1
  DTM O 10
  HL M >1 loop
    LIN O 1
    SN1 O 1
    PID O 5
    MAN O 6
    PRF O 1
    TD1 O 20
    TD5 O 12
    REF O >1
    N1 O 200 loop
      N3 O 2
      N4 M 1
  CTT O 1
# Guessed by their number: make it what the partner sends.
levels HL[S] > HL[O] > HL[P] > HL[I]" tail -n 18 sef4/x12/004010/856.guide
has "guide import: and is checked by HL02 as any other" 1 "HL02: the parent '9' is missing" bash -c "sed 's/HL\*3\*2/HL*3*9/' 856.edi | '$tradepost' edi check --guides sef4 -"
has "guide import: a sample of it passes" 0 "1 accepted, 0 rejected" bash -c "'$tradepost' edi gen 856 --all --guides sef4 | '$tradepost' edi check --guides sef4 -"
is "guide import: levels that cannot become one are named" 4 "disorder.sef:6: the levels of HL order TD1 differently, which cannot be imported [TP2404]" tp edi guide import disorder.sef --dir sef5
printf '.VER 1.6\n.INI\nA,,004 010,X\n.SETS\n856=[BSN,M]{[HL,M][TD1]{:9[LIN,M]{[HL,M][SN1]}}}\n' > deep.sef
is "guide import: nor a level in another loop" 4 "deep.sef:5: an HL loop stands in the loop of LIN of another, which cannot be imported [TP2404]" tp edi guide import deep.sef --dir sef5
printf '.VER 1.6\n.INI\nA,,004 010,X\n.SETS\n856=[BSN,M]{[HL,M][REF]{[HL,M]{[REF,M][DTM]}}}\n' > both.sef
is "guide import: nor a segment that leads a loop in one only" 4 "both.sef:5: REF leads a loop in one level of HL only, which cannot be imported [TP2404]" tp edi guide import both.sef --dir sef5
has "guide import: no SEF at all" 4 "found no .INI with a version" tp edi guide import 850.edi --dir sef2

# A page.
has "view --html: names and codes" 0 "<tr><td>BEG02</td><td>Order kind</td><td><code>SA</code></td><td>Stand-alone</td></tr>" tp edi view --html 850.edi
sed 's/ANNA BERG/<script>\&"x"/' 850.edi > evil.edi
has "view --html: values are escaped" 0 "<code>&lt;script</code>" tp edi view --html evil.edi
is "view --html: nothing runs" 0 0 bash -c "'$tradepost' edi view --html evil.edi | grep -c '<script' || true"
has "view --html: what is wrong stands beside it" 0 '<tr class="bad"><td colspan="4">Wrong: 850 0001, segment 10 (N1)' tp edi view --html "$invalid/nul_in_data/input.edi"
isa='ISA*00*          *00*          *ZZ*A              *ZZ*B              *251120*0858*U*00401*000000918*0*P*>~'
printf '%sGS*PO*A*B*20251120*0858*918*X*004010~GE*0*918~IEA*1*000000918~' "${isa/0000009/00~009}" > own.edi
is "fix: an ISA that holds its own terminator is refused" 1 "tradepost: own.edi: the ISA at offset 0 holds its own terminator [TP2403]" tp edi fix own.edi
printf '%sGS*PO*A*B*20251120*0858*918*X*004010~ISA-GG-1~GE*0*918~IEA*1*000000918~' "$isa" > inside.edi
is "fix: nor is anything lost behind an ISA that cannot be read" 1 "tradepost: inside.edi: the ISA at offset 143 cannot be read [TP2403]" tp edi fix inside.edi
printf '%sGS*PO*A*B*20251120*0858*918*X*004010~GE*0*918~IEA*1*000000918~ISA-GG-1~' "$isa" > after.edi
for tail in 'ISA~' 'ISA*~' 'ISA-G~' 'ISA>1~'; do
    printf '%sGS*PO*A*B*20251120*0858*918*X*004010~ST*850*0001~SE*2*0001~%s' "$isa" "$tail" > tail.edi
    is "fix: nor behind what may have been one: $tail" 1 "tradepost: tail.edi: the ISA at offset 165 cannot be read [TP2403]" tp edi fix tail.edi
done
has "fix: behind the IEA it is junk" 0 "offset 168: 9 bytes outside interchanges are left out" tp edi fix after.edi
finish
