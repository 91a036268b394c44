/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_private - whether a segment is good, in as few steps as can be.
 *
 * Nearly all segments are good. Here it is only found out whether one is, four
 * elements and eight bytes at a time and without a view of any element: true =
 * there is nothing to be said about it. At anything else, also when it would
 * take long to know, the answer is false, and check.c looks at the segment
 * with care. Inline, for a call costs as much as a few elements do.
 */
#ifndef TP_X12_CHECK_PRIVATE_H
#define TP_X12_CHECK_PRIVATE_H

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "x12/read_private.h"

#define EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))
enum { QUICK_LOAD = 8, QUICK_AHEAD = 2 * QUICK_LOAD };

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
    if (size <= QUICK_LOAD)
        return few_digits(load(text), size);
    return size <= 2 * QUICK_LOAD && eight_digits(load(text)) &&
           eight_digits(load(text + size - QUICK_LOAD));
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
    if (size > QUICK_LOAD)
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

/* What is known beyond its length. */
static inline bool
is_good(const struct slot *slot, const char *text, uint32_t size)
{
    switch ((enum look)slot->look) {
    case LOOK_REAL:
        return is_real(slot, text, size);
    case LOOK_CODE:
        return size <= CODE_MAX && has_code(slot->codes, text, size);
    case LOOK_DIGITS:
        return are_digits(text, size);
    case LOOK_DATE:
        return is_date(text, size);
    case LOOK_TIME:
        return real_time(text, size);
    case LOOK_LENGTH:
    case LOOK_CARE:
        break;
    }
    return false;
}

/* Which of four elements are present, and whether these are neither too short
 * nor too long. */
static inline unsigned
measure_four(const struct bounds *bounds, const uint32_t *ends, unsigned *wrong)
{
#ifdef __SSE2__
    const __m128i_u *from = (const __m128i_u *)ends;
    const __m128i_u *to = (const __m128i_u *)(ends + 1);
    __m128i size = _mm_sub_epi32(_mm_loadu_si128(to), _mm_loadu_si128(from));
    size = _mm_add_epi32(size, _mm_set1_epi32(-1));
    __m128i min = _mm_loadu_si128((const __m128i_u *)bounds->min);
    __m128i max = _mm_loadu_si128((const __m128i_u *)bounds->max);
    __m128i off =
        _mm_or_si128(_mm_cmpgt_epi32(min, size), _mm_cmpgt_epi32(size, max));
    __m128i full = _mm_cmpgt_epi32(size, _mm_setzero_si128());
    *wrong = (unsigned)_mm_movemask_ps(_mm_castsi128_ps(off));
    return (unsigned)_mm_movemask_ps(_mm_castsi128_ps(full));
#else
    unsigned full = 0;

    *wrong = 0;
    for (unsigned i = 0; i < 4; i++) {
        int32_t size = (int32_t)(ends[i + 1] - ends[i] - 1);
        *wrong |= (unsigned)(size < bounds->min[i] || size > bounds->max[i])
                  << i;
        full |= (unsigned)(size > 0) << i;
    }
    return full;
#endif
}

/* Whether the lengths and values of the elements are good, of which QUICK_AHEAD
 * bytes behind the segment may be read; which of them are present. */
static inline bool
quick_values(const struct segment_def *def, const char *base,
             const uint32_t *ends, uint32_t count, uint64_t *out)
{
    uint64_t present = 0, wrong = 0;

    if (count > def->quick_count)
        return false;
    for (uint32_t i = 0; i < count; i += 4) {
        unsigned off;
        unsigned full = measure_four(&def->bounds[i / 4], ends + i, &off);
        present |= (uint64_t)full << i;
        wrong |= (uint64_t)off << i;
    }
    present &= ~(~UINT64_C(0) << count);
    *out = present;
    if ((present & (wrong | def->cares)) != 0)
        return false;
    for (uint64_t rest = present & def->texts; rest != 0; rest &= rest - 1)
        if (base[ends[__builtin_ctzll(rest)] + 1] == ' ')
            return false;
    for (uint64_t rest = present & def->looks; rest != 0; rest &= rest - 1) {
        unsigned i = (unsigned)__builtin_ctzll(rest);
        uint32_t start = ends[i] + 1;
        if (!is_good(&def->slots[i], base + start, ends[i + 1] - start))
            return false;
    }
    return true;
}

#endif
