/* SPDX-License-Identifier: Apache-2.0 */
/*
 * when - time: UTC inside, zones at the edge, and a clock that tests move.
 *
 * A moment is milliseconds since 1970-01-01T00:00:00Z. A date is the text
 * "2026-11-22"; a stamp is "2026-11-22T14:32:00Z".
 */
#ifndef TP_BASE_WHEN_H
#define TP_BASE_WHEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

typedef int64_t moment; /* milliseconds since the epoch, UTC */

enum { WHEN_DATE = 11, WHEN_STAMP = 25 };

/* The wall clock, moved by the environment variable TRADEPOST_NOW (a stamp;
 * the clock then goes on from there) - for documents and display. */
moment when_now(void);
/* Whether what was stamped then was stamped by a clock that was wrong: it lies
 * ahead of now by more than clocks are set back day by day. */
bool when_is_ahead(moment stamp, moment now);
enum { WHEN_AHEAD_MS = 3600 * 1000 };
/* Never jumps: for leases, timeouts and measuring. Nanoseconds. */
int64_t when_steady(void);
void when_sleep(int milliseconds);
/* "2026-11-22" of the moment in the zone ("America/New_York"; NULL = UTC). */
const char *when_date(moment, const char *zone, char out[WHEN_DATE]);
/* "2026-11-22T14:32:00Z" */
const char *when_stamp(moment, char out[WHEN_STAMP]);
/* strftime in the zone, for X12 ("%y%m%d", "%H%M") and people. */
void when_format(moment, const char *zone, const char *format, char *out,
                 size_t out_size);
/* Takes "2026-11-22", "2026-11-22T14:32:00Z", with fractions and offsets
 * ("+02:00") as OData servers write them. */
bool when_parse(const char *text, moment *out) MUST_USE;
/* A calendar date that exists: "2026-02-30" is false. */
bool when_is_date(const char *text);

#endif
