/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x12_pieces - segments around an 850 with control number 918, and what cases
 * about them do first.
 */
#ifndef TP_TESTS_UNIT_X12_PIECES_H
#define TP_TESTS_UNIT_X12_PIECES_H

#include "x12_fixture.h"

#define GROUP   "GS*PO*A*B*20251120*0858*918*X*004010~"
#define BEG     "BEG*00*SA*PO-1**20251112~"
#define LINE    "PO1*1*1*EA*1~"
#define TRAILER "GE*1*918~IEA*1*000000918~"

static inline const struct x12_result *
result_of(const struct x12_file *file)
{
    return file->interchanges->groups->results;
}

static inline void
begin_with(const char *set)
{
    fixture_begin();
    guide = load_guide(set);
}

static inline const struct x12_file *
read_850(const char *segments)
{
    struct x12_options options = fixture_options();

    return read_text(wrap("PO", "850", segments), &options);
}

#endif
