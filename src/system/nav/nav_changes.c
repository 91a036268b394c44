/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What changed in a service whose rows carry no time of change (NAV pages):
 * their @odata.etag is a digest of the row, so numbers and etags of all rows
 * are read (a short list) and compared with what the mark remembers.
 *
 * The mark has a fixed size however many rows there are: rows are spread over
 * 64 buckets by their number, and a bucket is remembered as the sum of 42 bits
 * of the SHA-256 of each row's number and etag, 7 characters. A bucket that
 * differs gives all its rows again; who takes them knows by key and stamp
 * which were there. That a change leaves a bucket's sum as it was has a chance
 * of 1 in 2^42. A bucket is remembered once all its rows were taken.
 */
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "store/digest.h"
#include "system/nav/nav_private.h"

enum { BUCKETS = 64, BITS = 42, CHARS = 7, MAX_ROWS = 200000 };

static const char prefix[] = "etag1:";
static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct seen {
    json_t *row; /* number and etag */
    unsigned bucket;
    struct seen *next;
};

struct scan {
    struct arena *arena;
    const char *number; /* the field */
    uint64_t sums[BUCKETS];
    struct seen *first, **last;
    size_t count;
};

/* 64 bits of a digest, from its hex text. */
static uint64_t
hash_of(const char *text, size_t size)
{
    char hex[DIGEST_TEXT];
    uint64_t value = 0;

    digest_sha256(hex, text, size);
    for (int i = 0; i < 16; i++) {
        char c = hex[i];
        value = value << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return value;
}

static bool
scan_row(void *user, json_t *row, struct err *err)
{
    struct scan *scan = user;
    const char *number = exact_text(row, scan->number);
    const char *etag = exact_text(row, "@odata.etag");

    if (number == NULL || etag == NULL)
        return err_set(err, TP6012, "a row has no %s or no @odata.etag",
                       scan->number);
    if (++scan->count > MAX_ROWS)
        return err_set(err, TP6014,
                       "more than %d rows; set the cut-over date later",
                       MAX_ROWS);
    const char *both = arena_printf(scan->arena, "%s\n%s", number, etag);
    struct seen *seen = arena_alloc(scan->arena, sizeof *seen);
    seen->row = json_incref(row);
    seen->bucket = (unsigned)(hash_of(number, strlen(number)) % BUCKETS);
    scan->sums[seen->bucket] += hash_of(both, strlen(both));
    scan->sums[seen->bucket] &= ((uint64_t)1 << BITS) - 1;
    *scan->last = seen;
    scan->last = &seen->next;
    return true;
}

static void
write_sum(char *at, uint64_t sum)
{
    for (int i = CHARS - 1; i >= 0; i--) {
        at[i] = digits[sum % 64];
        sum /= 64;
    }
}

static char *
sum_at(struct mark *mark, unsigned bucket)
{
    return mark->text + sizeof prefix - 1 + (size_t)bucket * CHARS;
}

/* "AAAAAAA" for each bucket is what an empty service would give. */
static void
begin_mark(struct mark *mark)
{
    size_t size = sizeof prefix - 1;

    if (text_starts(mark->text, prefix) &&
        strlen(mark->text) == size + (size_t)BUCKETS * CHARS)
        return;
    memcpy(mark->text, prefix, size);
    memset(mark->text + size, 'A', (size_t)BUCKETS * CHARS);
    mark->text[size + (size_t)BUCKETS * CHARS] = '\0';
}

/* How many rows of each bucket that differs are still to be taken. Buckets
 * that lost their last row have nothing to give: they are remembered now. */
static void
compare(const struct scan *scan, struct mark *mark, size_t left[BUCKETS])
{
    char sum[CHARS];

    begin_mark(mark);
    memset(left, 0, BUCKETS * sizeof *left);
    for (const struct seen *s = scan->first; s != NULL; s = s->next)
        left[s->bucket]++;
    for (unsigned i = 0; i < BUCKETS; i++) {
        write_sum(sum, scan->sums[i]);
        if (left[i] == 0 || memcmp(sum_at(mark, i), sum, CHARS) == 0) {
            memcpy(sum_at(mark, i), sum, CHARS);
            left[i] = 0;
        }
    }
}

/* In the order of the list, so that orders go out in the order of their
 * numbers. */
static bool
give_changed(const struct scan *scan, struct mark *mark, odata_row *take,
             void *user, struct err *err)
{
    size_t left[BUCKETS];

    compare(scan, mark, left);
    for (const struct seen *s = scan->first; s != NULL; s = s->next) {
        if (left[s->bucket] == 0)
            continue;
        if (!take(user, s->row, err))
            return false;
        if (--left[s->bucket] == 0)
            write_sum(sum_at(mark, s->bucket), scan->sums[s->bucket]);
    }
    return true;
}

bool
nav_pull_changed(struct nav *nav, const char *set, const char *filter,
                 struct mark *mark, odata_row *take, void *user,
                 struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct scan scan = { .arena = arena, .number = nav->words->number };
    struct odata_query query = { .filter = filter,
                                 .select = nav->words->number,
                                 .replica = true };

    scan.last = &scan.first;
    bool good =
        odata_list(nav->odata, ODATA_MAIN, set, &query, scan_row, &scan, err) &&
        give_changed(&scan, mark, take, user, err);
    for (struct seen *s = scan.first; s != NULL; s = s->next)
        json_decref(s->row);
    return good;
}
