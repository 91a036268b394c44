/* SPDX-License-Identifier: Apache-2.0 */
/* AVX2, chosen at run time; with it come the bit instructions of BMI. */
#include "x12/scan_private.h"

#ifdef __x86_64__
#include <immintrin.h>

#define TARGET __attribute__((target("avx2,bmi,bmi2")))

TARGET static inline uint64_t
bits_of(__m256i low, __m256i high)
{
    return (uint32_t)_mm256_movemask_epi8(low) |
           (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

TARGET static inline uint64_t
equal(const __m256i bytes[2], char mark)
{
    __m256i wanted = _mm256_set1_epi8(mark);

    return bits_of(_mm256_cmpeq_epi8(bytes[0], wanted),
                   _mm256_cmpeq_epi8(bytes[1], wanted));
}

/* Inner separators and odd bytes. Signed: bytes from 0x80 on are below blank,
 * too. */
TARGET static inline __m256i
special(const struct x12_delimiters *marks, __m256i bytes)
{
    __m256i inner = _mm256_or_si256(
        _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(marks->component)),
        _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(marks->repetition)));
    __m256i odd =
        _mm256_or_si256(_mm256_cmpgt_epi8(_mm256_set1_epi8(' '), bytes),
                        _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(0x7F)));

    return _mm256_or_si256(inner, odd);
}

TARGET static inline struct scan_masks
look(const struct x12_reader *reader, const char *at)
{
    const struct x12_delimiters *marks = &reader->delimiters;
    __m256i bytes[2];

    memcpy(bytes, at, sizeof bytes);
    return (struct scan_masks){
        .element = equal(bytes, marks->element),
        .end = equal(bytes, marks->terminator),
        .special = bits_of(special(marks, bytes[0]), special(marks, bytes[1])),
    };
}

TARGET void
run_avx2(struct x12_reader *reader)
{
    scan_run(reader, look);
}
#endif
