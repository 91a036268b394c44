#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# public.sh SRC: the one header of libtradepost-x12, made from the headers of
# the engine, so that it cannot differ from them. Names of base get x12_ in front.
set -eu
src=$1

part() { # file, first line
    awk -v first="$2" 'index($0, first) == 1 { on = 1 } on { print } on && /^};/ { exit }' "$src/$1"
    echo
}

engine() { # file: without its guard and includes, the tolerances spelt out
    awk -v table="$src/x12/tolerances.tbl" '
        /SPDX-License/ || /^#ifndef TP_/ || /^#define TP_/ || /^#endif/ { next }
        /^#define TOLERANCE/ || /^#undef TOLERANCE/ { next }
        /^#include "x12\/tolerances.tbl"/ {
            while ((getline line < table) > 0)
                if (split(line, word, /[(,]/) > 1 && word[1] == "TOLERANCE")
                    print "    X12_" word[2] ","
            next
        }
        /^#include/ { next }
        { print }' "$src/$1"
}

{
    cat <<'TOP'
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tradepost-x12 - reads, checks, acknowledges and writes X12.
 * Made from the headers of Tradepost's engine; see libtradepost-x12(3).
 * Not affiliated with X12.
 */
#ifndef TRADEPOST_X12_H
#define TRADEPOST_X12_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MUST_USE __attribute__((warn_unused_result))

/* What a failure means for whoever decides. */
TOP
    part base/err.h 'enum err_kind {'
    part base/err.h 'struct err {'
    part base/buf.h 'struct buf {'
    part base/problems.h 'struct problem {'
    for name in x12 library finding guide read ack write; do
        engine "x12/$name.h"
    done
    cat <<'END'
#ifdef __cplusplus
}
#endif

#endif
END
} | sed -E -e 's/\benum err_code\b/int/g' \
    -e 's/\b(struct|enum) (arena|buf|err|err_kind|problem|problems)\b/\1 x12_\2/g' \
    -e 's/\bbuf_text\(\)/x12_buf_text()/g' -e 's/\bERR_/X12_ERR_/g' -e 's/\bMUST_USE\b/X12_MUST_USE/g' |
    cat -s
