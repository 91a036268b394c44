/* SPDX-License-Identifier: Apache-2.0 */
/*
 * digest - SHA-256 and UUIDv5, through OpenSSL.
 */
#ifndef TP_STORE_DIGEST_H
#define TP_STORE_DIGEST_H

#include <stddef.h>

enum { DIGEST_TEXT = 65, UUID_TEXT = 37 };

/* 64 lower-case hex digits and a NUL. */
void digest_sha256(char out[DIGEST_TEXT], const void *bytes, size_t size);
/* In pieces: begin, add as often as need be, end (which frees it). */
struct digest;
struct digest *digest_begin(void);
void digest_add(struct digest *, const void *bytes, size_t size);
void digest_end(struct digest **, char out[DIGEST_TEXT]);
/* UUIDv5 (RFC 4122 4.3) of the name in Tradepost's own name space. */
void digest_uuid(char out[UUID_TEXT], const char *name);

#endif
