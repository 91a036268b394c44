/* SPDX-License-Identifier: Apache-2.0 */
/* SSE2: every amd64 has it. */
#include "x12/scan_private.h"

#ifdef __SSE2__
#include <emmintrin.h>

static inline uint64_t
equal(const __m128i bytes[4], __m128i mark)
{
    uint64_t bits = 0;

    for (int i = 0; i < 4; i++) {
        __m128i same = _mm_cmpeq_epi8(bytes[i], mark);
        bits |= (uint64_t)(unsigned)_mm_movemask_epi8(same) << (16 * i);
    }
    return bits;
}

static inline struct scan_masks
look(const struct x12_delimiters *marks, const char *at)
{
    const __m128i component = _mm_set1_epi8(marks->component);
    const __m128i repetition = _mm_set1_epi8(marks->repetition);
    const __m128i blank = _mm_set1_epi8(' '), rubout = _mm_set1_epi8(0x7F);
    struct scan_masks masks = { 0 };
    __m128i bytes[4];

    memcpy(bytes, at, sizeof bytes);
    masks.element = equal(bytes, _mm_set1_epi8(marks->element));
    masks.end = equal(bytes, _mm_set1_epi8(marks->terminator));
    for (int i = 0; i < 4; i++) {
        __m128i inner = _mm_or_si128(_mm_cmpeq_epi8(bytes[i], component),
                                     _mm_cmpeq_epi8(bytes[i], repetition));
        /* Signed: bytes from 0x80 on are below blank, too. */
        __m128i odd = _mm_or_si128(_mm_cmplt_epi8(bytes[i], blank),
                                   _mm_cmpeq_epi8(bytes[i], rubout));
        unsigned bits = (unsigned)_mm_movemask_epi8(_mm_or_si128(inner, odd));
        masks.special |= (uint64_t)bits << (16 * i);
    }
    return masks;
}

void
index_sse2(struct scan_window *window, const struct x12_delimiters *marks)
{
    scan_index(window, marks, (struct scan_tools){ look, scan_list });
}
#endif
