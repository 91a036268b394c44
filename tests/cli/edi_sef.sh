#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# SEF files that are wrong, hostile or huge: told by their lines, all at once,
# and nothing is written unless all of it can be used.
. "${TP_SOURCE:-.}/tests/cli/lib.sh"
tp() { timeout 60 "$tradepost" -c "$work/none" "$@"; }
cd "$work" || exit 99
head='.VER 1.6\n.INI\nA,,004 010,X\n'

printf "$head"'.SETS\n830=[BFR,M][ZZ8]\n850=[BEG,M][ZZ9]\n.ELMS\n9001=QQ,1,2\n9002=AN,5,2\nX=AN,1,2\n.SEGS\nZQ3={2[127]{3[128]}}\nZQ4={2[127]\nZQ5=[127]}\n=\nnothing\n' > texts.sef
is "what the file says wrong" 4 "texts.sef:8: element 9001: expected a number = type,min,max [TP2404]
texts.sef:9: element 9002: expected a number = type,min,max [TP2404]
texts.sef:10: element X: expected a number = type,min,max [TP2404]
texts.sef:12: found '{3[128]}}', expected groups side by side [TP2404]
texts.sef:13: a group of ZQ4 has no } [TP2404]
texts.sef:14: found '}', expected groups side by side [TP2404]
texts.sef:16: found 'nothing', expected NAME=... [TP2404]" tp edi guide import texts.sef --dir d
printf "$head"'.SETS\n830=[BFR,M][ZZ8]\n850=[BEG,M][ZZ9]\n.SEGS\nZQ1=[99999,M][127]\nZQ2=[127]+P0109\n.CODES\n9003=A,B\n' > names.sef
is "names that nobody knows, in all sets" 4 "names.sef:11: found '9003', expected the number of a known element, then all or some [TP2001]
names.sef:8: ZQ1: there is no element or composite '99999' [TP2001]
names.sef:9: ZQ2: found the note 'P0109', expected P R E C or L and two digits for each element [TP2001]
names.sef:5: there is no segment 'BFR' among the segments [TP2001]
names.sef:5: there is no segment 'ZZ8' among the segments [TP2001]
names.sef:5: the guide has no segments [TP2001]
names.sef:6: there is no segment 'ZZ9' among the segments [TP2001]" tp edi guide import names.sef --dir d
is "then nothing is written" 0 "" bash -c 'ls d 2>/dev/null || true'

# Trees.
while IFS='|' read -r tree wanted; do
    printf "$head"'.SETS\n850=%s\n' "$tree" > tree.sef
    is "tree $tree" 4 "tree.sef:5: $wanted [TP2404]" tp edi guide import tree.sef --dir d
done <<'TABLE'
[BEG,M]{}[N1]|found '}[N1]', expected the loop's first segment
[BEG,M]{:5}|found '}', expected the loop's first segment
[BEG,M]{:5[N1]|a loop of set 850 has no }
[BEG,M]{:5|a loop of set 850 has no }
[BEG,M]}|found '}', expected { before it
[BEG,M]{:5{:3[N1]}}|found '{:3[N1]}}', expected the loop's first segment
[BEG,M]]|found ']', expected [ { or }
BEG|found 'BEG', expected [ { or }
[]|found '[]', expected a name in brackets
[BEG,M][N*|found '[N*', expected a closing ]
TABLE
repeat() { printf "%0.s$1" $(seq "$2"); }
printf "$head"'.SETS\n850=[BEG,M]%s%s\n' "$(repeat '{:1[N1]' 13)" "$(repeat '}' 13)" > deep.sef
has "loops in loops in loops" 4 "deep.sef:5: found '{:1[N1]}" tp edi guide import deep.sef --dir d
printf "$head"'.SETS\n850=[BEG,M]%s\n' "$(repeat '{' 100000)" > braces.sef
has "a hundred thousand braces" 4 "braces.sef:5: found '{{{{" tp edi guide import braces.sef --dir d
printf "$head"'.SETS\n850=[BEG,M]%s\n' "$(repeat '[REF]' 200000)" > long.sef
is "a set of a million bytes" 4 "long.sef:5: found more than 2000 segments in a set [TP2404]" tp edi guide import long.sef --dir d
{ printf "$head"'.SETS\n'; for i in $(seq 100 165); do echo "$i=[BEG,M]"; done; echo '100=[BEG,M]'; } > sets.sef
is "too many sets, and one twice" 4 "sets.sef:69: found the set '164', expected three characters and at most 64 sets [TP2404]
sets.sef:70: found the set '165', expected three characters and at most 64 sets [TP2404]
sets.sef:71: found the set '100', expected three characters and at most 64 sets [TP2404]" tp edi guide import sets.sef --group XX --dir d
printf "$head"'.SETS\n850=[BEG,M]\n850=[BEG,M]\n' > twice.sef
is "a set twice" 4 "twice.sef:6: the set 850 stands in the file twice [TP2404]" tp edi guide import twice.sef --dir d
{ printf "$head"'.ELMS\n'; for i in $(seq 20000 60000); do echo "$i=AN,1,30"; done; printf '.SETS\n850=[BEG,M]\n'; } > many.sef
has "forty thousand elements" 0 "d/x12/004010/elements: 40001 added" tp edi guide import many.sef --dir d
rm -rf d
head -c 3000000 /dev/urandom > noise.sef
has "noise" 4 "found no .INI with a version" tp edi guide import noise.sef --dir d
for version in '../../../etc' '004' ''; do
    printf '.INI\nA,,%s,X\n.SETS\n850=[BEG,M]\n' "$version" > version.sef
    has "a version that is none: '$version'" 4 "expected a version such as 004 010 in the third field" tp edi guide import version.sef --dir d
done
printf "$head"'.SETS\n../=[BEG,M]\n8/0=[BEG,M]\n' > path.sef
has "a set's name that is a path" 4 "path.sef:6: found the name '8/0'" tp edi guide import path.sef --dir d
printf "$head"'.SETS\n850=[BEG,M]\n.SEGS\nZQ1=[127]\n' > $'two\nlines.sef'
tp edi guide import $'two\nlines.sef' --dir d > /dev/null 2>&1
has "a file's name of two lines" 0 "# Imported from two?lines.sef." cat d/x12/004010/850.guide
has "where a definition is from" 0 'ZQ1 "ZQ1" 127 # two?lines.sef:7' tail -n 1 d/x12/004010/segments
rm -rf d

# What is taken, and what stays.
printf "$head"'.SETS\n850=[BEG,M]\n' > good.sef
has "--dry-run says what it would do" 0 "d/x12/004010/850.guide: written" tp edi guide import good.sef --dir d --dry-run
is "and does nothing" 0 "" bash -c 'ls d 2>/dev/null || true'
printf "$head"'.SETS\n850=[BEG,M]\n.ELMS\n9003=ID,1,10\n.CODES\n9003=A,B,TOOLONGFORUS\n' > codes.sef
tp edi guide import codes.sef --dir d > /dev/null
is "a list of which not all is taken is not closed" 0 "9003 some A B # codes.sef:9" tail -n 1 d/x12/004010/codes
rm -rf d
sed 's/004 010/005 010/; s/^9003=ID.*/324=AN,1,3\n&/' codes.sef > newer.sef
tp edi guide import newer.sef --dir d > /dev/null
is "nor is a definition lost that another version says" 1 0 grep -c '^324 ' d/x12/005010/elements
finish
