#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# `edi check --json` over the odd and hostile files of tests/x12: each gives
# its verdict by the codes that are expected, and every byte is accounted for.
# Runs without any settings: the shipped guides are found.
. "${TP_SOURCE:-.}/tests/cli/lib.sh"
cases=$TP_SOURCE/tests/x12
cat > "$work/summary.py" <<'E2'
import json, sys
keys = "file interchange group set set_id segment segment_id element component code severity text offset".split()
totals = "file bytes accounted interchanges groups sets accepted rejected".split()
seen, last = [], None
for line in sys.stdin:
    last = json.loads(line)
    wanted = totals if "bytes" in last else keys
    missing = [k for k in wanted if k not in last]
    if missing:
        print("missing", missing)
    if "bytes" not in last:
        word = last["code"] or next((w for w in ("UTF-16", "EBCDIC") if w in last["text"]), "?")
        if word not in seen:
            seen.append(word)
if last["accounted"] != last["bytes"] or last["accepted"] + last["rejected"] != last["sets"]:
    print("not accounted", last)
print(" ".join(seen) or "-", last["accepted"], last["rejected"])
E2
# case, exit, codes in order, sets accepted, sets rejected
while read -r name code wanted; do
    file=$(echo "$cases"/*/"$name"/input.edi)
    output=$("$tradepost" -c "$work/none" edi check --json "$file" 2>&1); status=$?
    output=$(python3 "$work/summary.py" <<< "$output" 2>&1)
    if [ $status = "$code" ] && [ "$output" = "$wanted" ]; then verdict yes "$name: $wanted"
    else verdict no "$name"; explain_failure "$code" "$wanted"; fi
done <<'TABLE'
nl_none 0 - 1 0
crlf_suffix 0 - 1 0
cr_suffix 0 - 1 0
lf_is_terminator 0 - 1 0
cr_is_terminator 0 - 1 0
crlf_is_terminator 0 - 1 0
terminator_0x1e_elem_0x1d 0 - 1 0
terminator_0x15_nak 0 - 1 0
terminator_0x85 0 - 1 0
terminator_utf8_ellipsis 0 terminator_multibyte 1 0
pipe_delims 0 - 1 0
tilde_elem_star_term 0 - 1 0
bom 0 - 1 0
leading_blank_lines 0 - 1 0
trailing_ctrlz_nul 0 - 1 0
trailing_blanks_to_80 0 - 1 0
wrap80_crlf 0 - 1 0
wrap78_lf 0 - 1 0
no_final_terminator 0 no_final_terminator 1 0
lowercase_ids 1 AK304=1 0 1
blank_value 0 blank_value 1 0
blank_mandatory 1 AK403=6 0 1
trailing_separators 0 trailing_separators 1 0
spaces_before_segments 0 indent 1 0
isa_trimmed 0 isa_trimmed 1 0
isa_extra_space 0 isa_length 1 0
truncated_mid_segment 1 AK502=2 AK905=3 TA105=023 0 1
missing_iea 1 TA105=023 0 1
missing_ge 1 AK905=3 0 1
missing_se 1 AK502=2 0 1
se_count_wrong 1 AK502=4 0 1
se_ctl_wrong 1 AK502=3 0 1
ge_count_wrong 1 AK905=5 0 1
ge_ctl_wrong 1 AK905=4 0 1
iea_count_wrong 1 TA105=021 0 1
iea_ctl_wrong 1 TA105=001 0 1
fat_two_interchanges_diff_delims 1 TA105=025 1 1
garbage_between 1 junk TA105=025 1 1
isa_in_data 0 - 1 0
empty_group 0 empty_group 0 0
empty_interchange 0 - 0 0
empty_segment 0 empty_segment 1 0
utf16le 1 UTF-16 0 0
ebcdic_cp037 1 EBCDIC 0 0
latin1_name 0 charset_extended 1 0
nul_in_data 1 AK403=6 0 1
dup_st02 1 AK502=23 1 1
long_element_64k 1 AK403=5 0 1
crlf_split_at_4096 0 - 1 0
hl_unknown_parent 1 AK403=7 0 1
hl_dup_id 1 AK403=7 0 1
hl_forward_parent 1 AK403=7 0 1
hl_empty_parent 0 hl_parent_missing 1 0
hl_not_from_1 0 - 1 0
TABLE
finish
