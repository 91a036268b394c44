/* SPDX-License-Identifier: Apache-2.0 */
#include "store/digest.h"

#include <openssl/evp.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"

/* Name space of Tradepost's UUIDv5s; never changes, or remotes see new keys. */
static const unsigned char name_space[16] = { 0x7d, 0x1f, 0x5c, 0x0e,
                                              0x3a, 0x64, 0x4b, 0x8e,
                                              0x9a, 0x02, 0x51, 0xc6,
                                              0xe4, 0x0b, 0x77, 0xd9 };

static void
put_hex(char *out, const unsigned char *bytes, size_t size)
{
    static const char hex[] = "0123456789abcdef";

    for (size_t i = 0; i < size; i++) {
        *out++ = hex[bytes[i] >> 4];
        *out++ = hex[bytes[i] & 15];
    }
    *out = '\0';
}

void
digest_sha256(char out[DIGEST_TEXT], const void *bytes, size_t size)
{
    unsigned char raw[32];

    OUT_OF_MEMORY_IF(EVP_Digest(bytes, size, raw, NULL, EVP_sha256(), NULL) !=
                     1);
    put_hex(out, raw, sizeof raw);
}

/* Nothing but OpenSSL's own, under our name. */
struct digest *
digest_begin(void)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    OUT_OF_MEMORY_IF(context == NULL ||
                     EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1);
    return (struct digest *)context;
}

void
digest_add(struct digest *digest, const void *bytes, size_t size)
{
    BUG_IF(EVP_DigestUpdate((EVP_MD_CTX *)digest, bytes, size) != 1);
}

void
digest_end(struct digest **digest, char out[DIGEST_TEXT])
{
    EVP_MD_CTX *context = (EVP_MD_CTX *)*digest;
    unsigned char raw[32];

    BUG_IF(EVP_DigestFinal_ex(context, raw, NULL) != 1);
    put_hex(out, raw, sizeof raw);
    EVP_MD_CTX_free(context);
    *digest = NULL;
}

static void
forget(EVP_MD_CTX **context)
{
    EVP_MD_CTX_free(*context);
}

void
digest_uuid(char out[UUID_TEXT], const char *name)
{
    CLEANUP(forget) EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char raw[20];
    char text[33];

    OUT_OF_MEMORY_IF(
        context == NULL || EVP_DigestInit_ex(context, EVP_sha1(), NULL) != 1 ||
        EVP_DigestUpdate(context, name_space, sizeof name_space) != 1 ||
        EVP_DigestUpdate(context, name, strlen(name)) != 1 ||
        EVP_DigestFinal_ex(context, raw, NULL) != 1);
    raw[6] = (unsigned char)((raw[6] & 0x0f) | 0x50);
    raw[8] = (unsigned char)((raw[8] & 0x3f) | 0x80);
    put_hex(text, raw, 16);
    snprintf(out, UUID_TEXT, "%.8s-%.4s-%.4s-%.4s-%.12s", text, text + 8,
             text + 12, text + 16, text + 20);
}
