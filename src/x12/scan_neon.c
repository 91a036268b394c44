/* SPDX-License-Identifier: Apache-2.0 */
/* NEON: every arm64 has it. */
#include "x12/scan_private.h"

#if defined __aarch64__ && defined __ARM_NEON
#include <arm_neon.h>

/* One bit for each byte that is all ones. */
static inline uint64_t
bits_of(const uint8x16_t same[4])
{
    static const uint8_t weights[16] = { 1, 2, 4, 8, 16, 32, 64, 128,
                                         1, 2, 4, 8, 16, 32, 64, 128 };
    const uint8x16_t weight = vld1q_u8(weights);
    uint8x16_t low =
        vpaddq_u8(vandq_u8(same[0], weight), vandq_u8(same[1], weight));
    uint8x16_t high =
        vpaddq_u8(vandq_u8(same[2], weight), vandq_u8(same[3], weight));
    uint8x16_t all = vpaddq_u8(low, high);

    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(all, all)), 0);
}

static inline uint64_t
equal(const uint8x16_t bytes[4], char mark)
{
    const uint8x16_t wanted = vdupq_n_u8((uint8_t)mark);
    uint8x16_t same[4];

    for (int i = 0; i < 4; i++)
        same[i] = vceqq_u8(bytes[i], wanted);
    return bits_of(same);
}

static inline struct scan_masks
look(const struct x12_delimiters *marks, const char *at)
{
    const uint8x16_t component = vdupq_n_u8((uint8_t)marks->component);
    const uint8x16_t repetition = vdupq_n_u8((uint8_t)marks->repetition);
    uint8x16_t bytes[4], same[4];

    for (int i = 0; i < 4; i++) {
        bytes[i] = vld1q_u8((const uint8_t *)at + 16 * i);
        uint8x16_t inner = vorrq_u8(vceqq_u8(bytes[i], component),
                                    vceqq_u8(bytes[i], repetition));
        uint8x16_t odd = vorrq_u8(vcltq_u8(bytes[i], vdupq_n_u8(' ')),
                                  vcgtq_u8(bytes[i], vdupq_n_u8('~')));
        same[i] = vorrq_u8(inner, odd);
    }
    return (struct scan_masks){ .element = equal(bytes, marks->element),
                                .end = equal(bytes, marks->terminator),
                                .special = bits_of(same) };
}

void
index_neon(struct scan_window *window, const struct x12_delimiters *marks)
{
    scan_index(window, marks, (struct scan_tools){ look, scan_list });
}
#endif
