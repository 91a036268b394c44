#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Rules and guides that are wrong, contradict each other or are huge: every
# mistake is told by its file and line, all at once, and nothing is half used.
. "${TP_SOURCE:-.}/tests/cli/lib.sh"
tp() { "$tradepost" -c "$work/etc" "$@"; }
cd "$work" || exit 99
site etc
cp "$TP_SOURCE/tests/x12/valid/sample_850/input.edi" 850.edi
cat >> etc/partners/acme.conf <<'E2'
rules = (
  { at = "850/BEG99"; usage = "M"; },
  { at = "850/XXX"; usage = "M"; },
  { at = "850/N1[01=ST]"; usage = "X"; },
  { at = "850/BEG02"; codes = [ "ABC" ]; },
  { at = "850/BEG03"; min_length = 30; },
  { at = "850/BEG03"; pattern = "[a-"; },
  { at = "850/N1"; max_length = 3; },
  { at = "850/BEG01"; max = 3; },
  { at = "777/BEG01"; usage = "M"; },
  { at = "850"; usage = "M"; },
  { at = ""; usage = "M"; },
  { after = "850/BEG"; segment = "ZZZZ"; elements = [ "AN 1 30" ]; },
  { after = "850/BEG"; segment = "ZZ1"; elements = [ "XX 1 30" ]; },
  { after = "850/BEG"; segment = "ZZ2"; },
  { after = "850/BEG"; segment = "ZZ3"; elements = [ "AN 30 1" ]; },
  { after = "850/BEG"; segment = "BEG"; elements = [ "AN 1 30" ]; },
  { at = "850/BEG"; max = 0; },
  { at = "850/BEG04"; min_length = -5; },
  { at = "850/PO1/PO1/PO1"; usage = "M"; },
  { at = "850/BEG05"; usage = "N"; },
  { at = "850/BEG05"; usage = "M"; },
  { at = "850/BEG06"; usag = "M"; },
  { at = "850/BEG06"; usage = 7; },
  { usage = "M"; },
  { at = "850/BEG06"; after = "850/BEG"; },
  { at = "850/N1[1=ST]"; usage = "M"; },
  { at = "850/N1[01=ST"; usage = "M"; },
  { at = "850/REF04-9"; usage = "M"; },
  { at = "850/PO1/N1/N1/N1/N1"; max = 1; }
);
E2
is "rules: every mistake by its line" 4 'partners/acme.conf:27: rules[3].usage: found "X", expected M, O or N [TP1005]
partners/acme.conf:46: rules[22].usag: found an unknown setting; did you mean "usage"? [TP1003]
partners/acme.conf:47: rules[23].usage: found the number 7, expected a text in quotes [TP1005]
partners/acme.conf:34: rules[10].at: found "850", expected a place in a set such as 850/BEG02 [TP1005]
partners/acme.conf:35: rules[11].at: found "", expected a place in a set such as 850/BEG02 [TP1005]
partners/acme.conf:41: rules[17].max: found the number 0, expected 1 or more, or -1 for any number [TP1005]
partners/acme.conf:42: rules[18].min_length: found the number -5, expected 1 or more [TP1005]
partners/acme.conf:45: rules[21].usage: found "M", expected that no earlier rule says it of the place [TP1005]
partners/acme.conf:48: rules[24]: found a group { ... }, expected a rule with at, or one with after and segment [TP1005]
partners/acme.conf:49: rules[25]: found a group { ... }, expected a rule with at, or one with after and segment [TP1005]
partners/acme.conf:33: warning: at "777/BEG01": it neither sends nor receives such a set [TP2003]
partners/acme.conf:25: at "850/BEG99": BEG has only 12 elements [TP2003]
partners/acme.conf:26: at "850/XXX": there is no XXX in 850 [TP2003]
partners/acme.conf:27: at "850/N1[01=ST]": usage is '"'X'"', expected M, O or N [TP2003]
partners/acme.conf:28: at "850/BEG02": the code '"'ABC'"' does not fit the lengths 2..2 [TP2003]
partners/acme.conf:29: at "850/BEG03": the shortest length 30 is above the longest 22 [TP2003]
partners/acme.conf:30: at "850/BEG03": the pattern '"'[a-'"' is no regular expression, or too large a one [TP2003]
partners/acme.conf:31: at "850/N1": codes, lengths and patterns are for elements, not segments [TP2003]
partners/acme.conf:32: at "850/BEG01": max is for segments; lengths are min and max length [TP2003]
partners/acme.conf:36: at "850/BEG": the segment '"'ZZZZ'"' has 4 letters, expected 2 or 3 [TP2003]
partners/acme.conf:37: at "850/BEG": the element is '"'XX 1 30'"', expected a type, a shortest and a longest length: AN 1 30 [TP2003]
partners/acme.conf:38: at "850/BEG": the segment ZZ2 is not known, expected elements [TP2003]
partners/acme.conf:39: at "850/BEG": the element is '"'AN 30 1'"', expected a type, a shortest and a longest length: AN 1 30 [TP2003]
partners/acme.conf:40: at "850/BEG": the segment BEG is known, its elements are given [TP2003]
partners/acme.conf:43: at "850/PO1/PO1/PO1": there is no PO1 in PO1 [TP2003]
partners/acme.conf:50: at "850/N1[1=ST]": expected segments like N1 or N1[01=ST] and at the end maybe an element like N104 [TP2003]
partners/acme.conf:51: at "850/N1[01=ST": expected segments like N1 or N1[01=ST] and at the end maybe an element like N104 [TP2003]
partners/acme.conf:52: at "850/REF04-9": REF04 has no component 9 [TP2003]
partners/acme.conf:53: at "850/PO1/N1/N1/N1/N1": there is no N1 in N1 [TP2003]' bash -c "'$tradepost' -c etc check 2>&1 | grep -v mistakes; exit \${PIPESTATUS[0]}"
has "rules: the command that shows the guide tells them, too" 4 'tradepost: partners/acme.conf:38: at "850/BEG": the segment ZZ2 is not known, expected elements [TP2003]' tp edi guide show acme 850
has "rules: a file is not called clean by half of them" 4 "partners/acme.conf:25" tp edi check --partner acme 850.edi
has "rules: another partner's guide is as it was" 0 'set 850 PO' tp edi guide show bluefish 850
cp "$TP_SOURCE/partners/acme.conf" etc/partners/; chmod u+w etc/partners/acme.conf

# As many as one likes.
{ echo 'rules = ('; for i in $(seq 9000); do printf '{ at = "850/N1[01=%04x]"; max = 1; },\n' "$i"; done; echo '{ at = "850/REF"; usage = "O"; } );'; } >> etc/partners/acme.conf
has "rules: too many places" 4 "segments and loops, expected at most 2000 [TP2001]" timeout 60 "$tradepost" -c etc check
cp "$TP_SOURCE/partners/acme.conf" etc/partners/; chmod u+w etc/partners/acme.conf
printf 'rules = ( { at = "850/%s"; usage = "M"; }, { at = "850/BEG03"; pattern = "%s"; } );\n' \
    "$(printf 'PO1/%.0s' $(seq 5000))" "$(printf '(%.0s' $(seq 5000))" >> etc/partners/acme.conf
has "rules: a place that is too deep, a pattern that is too" 4 "is no regular expression, or too large a one [TP2003]" timeout 60 "$tradepost" -c etc check
cp "$TP_SOURCE/partners/acme.conf" etc/partners/; chmod u+w etc/partners/acme.conf
for pattern in '(((a{1,200}){1,200}){1,200}){1,200}' '(.*)\\1' "$(printf 'a%.0s' $(seq 501))"; do
    cp "$TP_SOURCE/partners/acme.conf" etc/partners/; chmod u+w etc/partners/acme.conf
    echo "rules = ( { at = \"850/BEG03\"; pattern = \"$pattern\"; } );" >> etc/partners/acme.conf
    has "rules: a pattern that would take long, or much: ${pattern:0:20}" 4 "or too large a one [TP2003]" timeout 60 "$tradepost" -c etc check
done
cp "$TP_SOURCE/partners/acme.conf" etc/partners/; chmod u+w etc/partners/acme.conf
echo 'rules = ( { at = "850/BEG03"; pattern = "([]A-Z]{2,5}-){1,4}[0-9]{14}(x|y{3})?\\."; } );' >> etc/partners/acme.conf
has "rules: one that does not is taken" 0 "{2,5}" tp edi guide show acme 850
cp "$TP_SOURCE/partners/acme.conf" etc/partners/; chmod u+w etc/partners/acme.conf

# Tolerances.
echo 'tolerate = { bom = "forgive"; kindness = "warn"; junk = 3; wrapped = [ "warn" ]; };' >> etc/partners/acme.conf
is "tolerances: names and words that are none" 4 'partners/acme.conf:24: tolerate.bom: found "forgive", expected reject, warn or ignore [TP1005]
partners/acme.conf:24: tolerate.junk: found the number 3, expected reject, warn or ignore [TP1005]
partners/acme.conf:24: tolerate.wrapped: found a list, expected reject, warn or ignore [TP1005]
partners/acme.conf:24: tolerate.kindness: found an unknown deviation [TP1003]' bash -c "'$tradepost' -c etc check 2>&1 | grep -v mistakes; exit \${PIPESTATUS[0]}"
cp "$TP_SOURCE/partners/acme.conf" etc/partners/

# Guides of one's own.
mkdir -p own/x12/004010
cp "$TP_SOURCE"/edi/x12/004010/{elements,segments,codes} own/x12/004010/
guide=own/x12/004010/850.guide
printf 'set 850 PO\n BEG M 1\n  QQ9 M 1\n  BEG M x\n      REF O 1\ncodes BEG99 1\nfoo\nlevels\n' > $guide
is "guide: every mistake by its line" 4 "tradepost: $guide:2: BEG is indented by 1 blanks, which is in no loop [TP2001]
tradepost: $guide:3: there is no segment 'QQ9' among the segments [TP2001]
tradepost: $guide:4: BEG: expected M, O or N, then a number or >1, then loop or nothing [TP2001]
tradepost: $guide:5: REF is indented by 6 blanks, which is in no loop [TP2001]
tradepost: $guide:6: at \"850/BEG99\": there is no BEG in 850 [TP2003]
tradepost: $guide:7: found 'foo', expected set, codes, levels or an indented segment [TP2001]
tradepost: $guide:8: expected: levels HL[S] > HL[O] ..., and maybe: when BSN05 = 0001 [TP2001]
tradepost: $guide:8: the guide has no segments [TP2001]" tp edi guide show 850 --guides own
has "guide: nor is a file checked by it" 4 "tradepost: $guide:2: BEG is indented" tp edi check --guides own 850.edi
{ printf 'set 850 PO\n  BEG M 1\n'; yes '  REF O 1' | head -70000; } > $guide
is "guide: too large" 4 "tradepost: $guide: set 850 has 70002 segments and loops, expected at most 2000 [TP2001]" timeout 60 "$tradepost" edi gen 850 --guides own
{ printf 'set 850 PO\n  BEG M 1\n'; for i in $(seq 1 40); do printf '%*sN1 O 1 loop\n' $((2 * i)) ""; done; } > $guide
has "guide: too deep" 4 "tradepost: $guide:19: N1 stands in more than 15 loops [TP2001]" tp edi dict 850:BEG --guides own
rm $guide
has "guide: there is none" 3 "found no guide for set 850" tp edi guide show 850 --guides own
has "guide: nor a folder" 3 "found no folder $work/nowhere" tp edi check --guides "$work/nowhere" 850.edi
mkdir -p own/secret; printf 'set ../../secret/x PO "Outside"\n  BEG M 1\n' > own/x12/secret.guide; cp own/x12/secret.guide own/x12/x.guide
sed 's/ST\*850/ST*..\/x/' 850.edi > outside.edi
has "guide: a set's name leads nowhere else" 1 "there is no guide for set ../x version 004010" tp edi check --guides own outside.edi
finish
