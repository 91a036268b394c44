/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nearly all segments are good. Here it is only found out whether one is,
 * eight bytes at a time and without a view of any element: true = there is
 * nothing to be said about it. At anything else, also when it would take long
 * to know, the answer is false, and check.c looks at the segment with care.
 *
 * Which elements are present is a mask that hardly varies for one kind of
 * segment: masks that satisfied its notes are remembered.
 */
#include <string.h>

#include "x12/read_private.h"

#define EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))
enum { LOAD = 8, READ_AHEAD = 2 * LOAD };

/* The first byte lowest, whatever the machine's order. */
static inline uint64_t
load(const char *text)
{
    uint64_t bytes;

    memcpy(&bytes, text, sizeof bytes);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    bytes = __builtin_bswap64(bytes);
#endif
    return bytes;
}

/* The first bytes, 1 to 8. */
static inline uint64_t
lowest(uint64_t bytes, uint32_t size)
{
    return bytes & ~UINT64_C(0) >> (64 - 8 * size);
}

static inline bool
eight_digits(uint64_t bytes)
{
    return (((bytes + EACH_BYTE(0x46)) | (bytes - EACH_BYTE('0'))) &
            EACH_BYTE(0x80)) == 0;
}

/* Of up to eight bytes; those that are missing count as zeros. */
static inline bool
few_digits(uint64_t bytes, uint32_t size)
{
    uint64_t zeros = lowest(EACH_BYTE('0'), size) ^ EACH_BYTE('0');

    return eight_digits(lowest(bytes, size) | zeros);
}

static inline bool
are_digits(const char *text, uint32_t size)
{
    if (size <= LOAD)
        return few_digits(load(text), size);
    return size <= 2 * LOAD && eight_digits(load(text)) &&
           eight_digits(load(text + size - LOAD));
}

static inline bool
fits(const struct slot *slot, uint32_t length)
{
    return length - slot->min <= slot->span;
}

/* Digits with at most one point. */
static inline bool
is_real(const struct slot *slot, const char *text, uint32_t size)
{
    if (size > LOAD)
        return are_digits(text, size) && fits(slot, size);
    uint64_t bytes = lowest(load(text), size);
    uint64_t other = bytes ^ EACH_BYTE('.');
    uint64_t points = (other - EACH_BYTE(1)) & ~other & EACH_BYTE(0x80);
    if ((points & (points - 1)) != 0)
        return false;
    bytes ^= (points >> 7) * ('.' ^ '0');
    uint32_t digits = size - (points != 0);
    return digits > 0 && few_digits(bytes, size) && fits(slot, digits);
}

/* At a glance: the days that each month has. */
static inline bool
is_date(const char *text, uint32_t size)
{
    uint64_t bytes = load(text);

    if (size != 8 || !eight_digits(bytes))
        return real_date(text, size);
    uint64_t numbers = bytes - EACH_BYTE('0');
    uint64_t month = (numbers >> 32 & 0xF) * 10 + (numbers >> 40 & 0xF);
    uint64_t day = (numbers >> 48 & 0xF) * 10 + (numbers >> 56 & 0xF);
    return (month - 1 < 12 && day - 1 < 28) || real_date(text, size);
}

/* A key is the value's bytes, the first one first. */
static inline bool
has_code(const struct code_list *codes, const char *text, uint32_t size)
{
    uint64_t key = lowest(load(text), size);

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    key = __builtin_bswap64(key);
#endif
    for (uint32_t at = codes_start(codes, key); codes->keys[at] != 0;
         at = (at + 1) & codes->mask)
        if (codes->keys[at] == key)
            return true;
    return false;
}

static inline bool
is_good(const struct slot *slot, const char *text, uint32_t size)
{
    if (slot->look == LOOK_LENGTH) /* the most frequent two, for guessing */
        return fits(slot, size);
    if (slot->look == LOOK_REAL)
        return is_real(slot, text, size);
    switch ((enum look)slot->look) {
    case LOOK_CODE:
        return size <= CODE_MAX && fits(slot, size) &&
               has_code(slot->codes, text, size);
    case LOOK_DIGITS:
        return fits(slot, size) && are_digits(text, size);
    case LOOK_DATE:
        return fits(slot, size) && is_date(text, size);
    case LOOK_TIME:
        return fits(slot, size) && real_time(text, size);
    case LOOK_LENGTH:
    case LOOK_REAL:
    case LOOK_CARE:
        break;
    }
    return false;
}

/* Whether the elements that are present may be so, and no other is due. */
static bool
presence_is_good(struct x12_reader *reader, const struct segment_def *def,
                 uint64_t present)
{
    uint64_t hash = ((uint64_t)(uintptr_t)def ^ present << 40 ^ present) *
                    UINT64_C(0x9E3779B97F4A7C15);
    size_t at = (size_t)(hash >> (64 - PASSED_BITS));
    struct passed *first = &reader->passed[at];
    struct passed *second = &reader->passed[at ^ 1];

    if (first->def == def && first->present == present)
        return true;
    if (second->def == def && second->present == present)
        return true;
    if (!check_presence_of(def, present))
        return false;
    *second = *first;
    *first = (struct passed){ def, present };
    return true;
}

bool
check_quick(struct x12_reader *reader, const struct segment_def *def)
{
    const uint32_t *ends = reader->marks;
    const char *base = reader->marks_base;
    const char *limit = reader->bytes + reader->size;
    uint32_t count = reader->segment.count, start = ends[0] + 1;
    uint64_t present = 0;

    if (count > def->count || reader->composite ||
        limit - (base + ends[count]) < READ_AHEAD)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t size = ends[i + 1] - start;
        const char *text = base + start;
        start = ends[i + 1] + 1;
        if (size == 0)
            continue;
        present |= UINT64_C(1) << i;
        if (!is_good(&def->slots[i], text, size))
            return false;
    }
    return presence_is_good(reader, def, present);
}
