/* SPDX-License-Identifier: Apache-2.0 */
/* AVX-512 with VBMI2, chosen at run time: it has an instruction for just what
 * the index is, the numbers of the bits of a mask. */
#include "x12/scan_private.h"

#ifdef __x86_64__
#include <immintrin.h>

#define TARGET                                                              \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi2,avx2,bmi," \
                          "bmi2,lzcnt,popcnt")))

TARGET static inline uint64_t
equal(__m512i bytes, char mark)
{
    return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(mark));
}

TARGET static inline struct scan_masks
look(const struct x12_delimiters *marks, const char *at)
{
    __m512i bytes = _mm512_loadu_si512(at);

    return (struct scan_masks){
        .element = equal(bytes, marks->element),
        .end = equal(bytes, marks->terminator),
        /* Signed: bytes from 0x80 on are below blank, too. */
        .special = equal(bytes, marks->component) |
                   equal(bytes, marks->repetition) | equal(bytes, 0x7F) |
                   _mm512_cmplt_epi8_mask(bytes, _mm512_set1_epi8(' ')),
    };
}

TARGET static inline __attribute__((always_inline)) void
put(uint32_t *out, __m512i base, __m128i numbers)
{
    __m512i wide = _mm512_cvtepu8_epi32(numbers);

    _mm512_storeu_si512(out, _mm512_add_epi32(wide, base));
}

/* Of 64 bytes seldom more than half are delimiters. */
TARGET static inline __attribute__((always_inline)) void
list(uint32_t *out, uint32_t start, uint64_t bits)
{
    static const char numbers[SCAN_BLOCK] = {
        0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
        16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
        32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
        48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63,
    };
    __m512i base = _mm512_set1_epi32((int)start);
    __m512i packed =
        _mm512_maskz_compress_epi8(bits, _mm512_loadu_si512(numbers));

    put(out, base, _mm512_castsi512_si128(packed));
    put(out + 16, base, _mm512_extracti32x4_epi32(packed, 1));
    if (__builtin_popcountll(bits) > SCAN_BLOCK / 2) {
        put(out + 32, base, _mm512_extracti32x4_epi32(packed, 2));
        put(out + 48, base, _mm512_extracti32x4_epi32(packed, 3));
    }
}

TARGET void
index_avx512(struct scan_window *window, const struct x12_delimiters *marks)
{
    scan_index(window, marks, (struct scan_tools){ look, list });
}
#endif
