/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SFTP engine against a server made of the input: its first byte chooses
 * what is asked; then, for each request, a length byte and so many bytes of
 * reply (type and fields; the engine's id is put in between, unless the type
 * has its highest bit set, which then is the raw packet).
 */
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "net/sftp_private.h"
#include "net/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { LONG = 200 /* from here on in units of 16 */, ENDLESS = 100000 };

struct fuzz {
    struct wire wire; /* first */
    struct sftp_reader input;
    struct buf asked, told;
    size_t told_at;
    unsigned calls;
};

static void
tell(struct fuzz *fuzz, const uint8_t id[4])
{
    size_t size;

    if (fuzz->input.left == 0)
        return;
    size = *fuzz->input.at++;
    if (size >= LONG)
        size = (size - LONG) * 16;
    fuzz->input.left--;
    if (size > fuzz->input.left)
        size = fuzz->input.left;
    if (size > 0 && fuzz->input.at[0] < 0x80) {
        sftp_add_u32(&fuzz->told, (uint32_t)size + 4);
        buf_add(&fuzz->told, fuzz->input.at, 1);
        buf_add(&fuzz->told, id, 4);
        buf_add(&fuzz->told, fuzz->input.at + 1, size - 1);
    } else if (size > 0) {
        buf_add(&fuzz->told, fuzz->input.at, size);
    }
    fuzz->input.at += size;
    fuzz->input.left -= size;
}

/* Each whole request that came in is answered. */
static void
answer(struct fuzz *fuzz)
{
    for (;;) {
        struct sftp_reader reader = { (const uint8_t *)fuzz->asked.text,
                                      fuzz->asked.size, false };
        struct sftp_bytes packet = sftp_take_bytes(&reader);
        if (reader.bad || packet.size < 5)
            return;
        tell(fuzz, (const uint8_t *)packet.at + 1);
        memmove(fuzz->asked.text, reader.at, reader.left);
        fuzz->asked.size = reader.left;
    }
}

static ssize_t
fuzz_write(struct wire *wire, const void *bytes, size_t size)
{
    struct fuzz *fuzz = (struct fuzz *)wire;

    buf_add(&fuzz->asked, bytes, size);
    answer(fuzz);
    return (ssize_t)size;
}

static ssize_t
fuzz_read(struct wire *wire, void *bytes, size_t size)
{
    struct fuzz *fuzz = (struct fuzz *)wire;
    size_t left = fuzz->told.size - fuzz->told_at;

    BUG_IF(++fuzz->calls > ENDLESS);
    if (left == 0)
        return WIRE_END;
    if (size > left)
        size = left;
    memcpy(bytes, fuzz->told.text + fuzz->told_at, size);
    fuzz->told_at += size;
    return (ssize_t)size;
}

static void
fuzz_wait(struct wire *wire, bool writing, int ms)
{
    (void)wire, (void)writing, (void)ms;
    BUG_IF(true); /* reading never waits */
}

static const char *
fuzz_why(const struct wire *wire)
{
    (void)wire;
    return "";
}

static void
fuzz_close(struct wire *wire)
{
    (void)wire;
}

static const struct wire_ops fuzz_ops = {
    .read = fuzz_read,
    .write = fuzz_write,
    .wait = fuzz_wait,
    .why = fuzz_why,
    .close = fuzz_close,
};

/* Two files, so that replies can be mixed up. */
static void
put_two(struct sftp *sftp, bool renamed)
{
    static const char bytes[40000];
    struct sftp_put puts[] = {
        { .path = "a", .temp = "t", .bytes = bytes, .size = sizeof bytes },
        { .path = "b", .bytes = "x", .size = 1, .verify = SFTP_VERIFY_NONE }
    };
    struct err err = { 0 };

    if (!renamed)
        puts[0].temp = NULL;
    bool whole = sftp_put(sftp, puts, 2, &err);
    for (int i = 0; i < 2; i++)
        BUG_IF(puts[i].sent == (puts[i].err.kind != ERR_NONE));
    BUG_IF(whole != (err.kind == ERR_NONE));
}

static void
get_two(struct sftp *sftp, int64_t expected)
{
    struct buf one = { 0 }, two = { 0 };
    struct sftp_get gets[] = {
        { .path = "a", .expected = expected, .max_bytes = 99999, .into = &one },
        { .path = "b", .expected = -1, .max_bytes = 99999, .into = &two }
    };
    struct err err = { 0 };

    bool whole = sftp_get(sftp, gets, 2, &err);
    for (int i = 0; i < 2; i++) {
        BUG_IF(gets[i].got == (gets[i].err.kind != ERR_NONE));
        BUG_IF(!gets[i].got && gets[i].into->size > 0);
    }
    BUG_IF(whole != (err.kind == ERR_NONE));
    buf_free(&one);
    buf_free(&two);
}

static void
ask(struct sftp *sftp, unsigned what)
{
    struct arena *arena = arena_new();
    const struct sftp_entry *first = NULL;
    struct sftp_attrs attrs;
    struct err err = { 0 };
    bool there, good = true;

    switch (what % 8) {
    case 0:
    case 1:
        put_two(sftp, what % 8 == 0);
        break;
    case 2:
        get_two(sftp, -1);
        break;
    case 3:
        get_two(sftp, what / 8);
        break;
    case 4:
        good = sftp_stat(sftp, "a", &attrs, &there, &err);
        break;
    case 5:
        good = sftp_rename(sftp, "a", "b", &err);
        break;
    case 6:
        good = sftp_remove(sftp, "a", &err);
        break;
    default:
        good = sftp_list(sftp, "a", 1 + what / 8, arena, &first, &err);
    }
    BUG_IF(good != (err.kind == ERR_NONE));
    arena_free(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char hello[] = "\0\0\0\5\2\0\0\0\3";
    struct fuzz fuzz = { .wire.ops = &fuzz_ops };
    struct sftp *sftp = NULL;
    struct err err = { 0 };

    if (size < 2)
        return 0;
    fuzz.input = (struct sftp_reader){ bytes + 2, size - 2, false };
    if (bytes[1] % 4 != 0) /* else the greeting, too, is the input's */
        buf_add(&fuzz.told, hello, sizeof hello - 1);
    else
        tell(&fuzz, bytes);
    if (sftp_open(&sftp, &fuzz.wire, NULL, &err)) {
        buf_clear(&fuzz.asked);
        ask(sftp, bytes[0]);
    }
    sftp_close(&sftp);
    buf_free(&fuzz.asked);
    buf_free(&fuzz.told);
    return 0;
}
