/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json - X12 as JSON with stable keys, and back.
 *
 *   x12_to_json(&source, &sink);
 *   if (!x12_from_json(text, size, &buf, &err)) ...
 *
 * { "schema": "tradepost.x12/1", "charset": "utf-8", "interchanges": [
 *   { "delimiters": { "element": "*", ..., "newline": "\n" },
 *     "ISA": { "01": "00", ... }, "groups": [
 *       { "GS": {...}, "sets": [
 *         { "ST": {...}, "segments": [ ... ], "SE": {...} } ],
 *         "GE": {...} } ], "IEA": {...}, "end": "" } ] }
 *
 * In segments, { "BEG": { "01": "00" } } is a segment and an array is a loop
 * as the guide has it: its first entry is the segment that leads it. Without a
 * guide, or where HL segments do not follow their parents, there are no loops.
 * end is what follows the IEA when that is not the newline alone.
 * An element is a text, { "1": "a", "2": "b" } when it has components, and an
 * array of these when it is repeated; empty ones are left out, except the
 * last. A segment outside every set or group stands in an entry without ST or
 * GS. A file that is no UTF-8 is taken as ISO 8859-1, and says so.
 *
 * Writing counts SE01, GE01 and IEA01 anew and repeats the headers' control
 * numbers; a clean file comes back byte for byte, apart from what stands
 * outside its interchanges and the line breaks of a wrapped one.
 */
#ifndef TP_X12_JSON_H
#define TP_X12_JSON_H

#include "x12/read.h"

struct arena;
struct buf;

struct x12_json_source {
    const void *bytes;
    size_t size;
    const struct x12_options *options; /* whose guides tell the loops */
};

/* Takes what is ready and clears it; called after each set and at the end. */
struct x12_json_sink {
    void (*take)(void *user, struct buf *);
    void *user;
};

/* Returns the number of bytes that are not in the JSON: junk between
 * interchanges. */
size_t x12_to_json(const struct x12_json_source *,
                   const struct x12_json_sink *);
/* TP2401: no JSON, or not of this form. TP2301: a value holds a delimiter. */
bool x12_from_json(const char *text, size_t size, struct buf *,
                   struct err *) MUST_USE;

#endif
