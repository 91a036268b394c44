/* SPDX-License-Identifier: Apache-2.0 */
/* base64 - RFC 4648, section 4; results lie in the arena. */
#ifndef TP_SANDBOX_BASE64_H
#define TP_SANDBOX_BASE64_H

#include "base/arena.h"

const char *base64_encode(struct arena *, const void *bytes, size_t size);
/* "" when the text is none. */
const char *base64_decode(struct arena *, const char *text);

#endif
