/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "net/sftp_private.h"

enum {
    ATTR_SIZE = 1,
    ATTR_OWNER = 2,
    ATTR_MODE = 4,
    ATTR_TIMES = 8,
    ATTR_EXTENDED = (int)0x80000000
};

static const uint8_t *
take(struct sftp_reader *reader, size_t size)
{
    const uint8_t *at = reader->at;

    if (reader->bad || size > reader->left) {
        reader->bad = true;
        return NULL;
    }
    reader->at += size;
    reader->left -= size;
    return at;
}

uint32_t
sftp_take_u32(struct sftp_reader *reader)
{
    const uint8_t *at = take(reader, 4);

    return at == NULL ? 0
                      : (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
                            (uint32_t)at[2] << 8 | at[3];
}

static uint64_t
take_u64(struct sftp_reader *reader)
{
    uint64_t high = sftp_take_u32(reader);

    return high << 32 | sftp_take_u32(reader);
}

struct sftp_bytes
sftp_take_bytes(struct sftp_reader *reader)
{
    uint32_t size = sftp_take_u32(reader);
    const uint8_t *at = take(reader, size);

    return at == NULL ? (struct sftp_bytes){ "", 0 }
                      : (struct sftp_bytes){ (const char *)at, size };
}

/* An unknown flag announces fields of unknown length: the packet is bad. */
static struct sftp_attrs
take_attrs(struct sftp_reader *reader)
{
    struct sftp_attrs attrs = { .size = -1 };
    uint32_t flags = sftp_take_u32(reader);

    if (flags & ~((uint32_t)ATTR_EXTENDED | ATTR_SIZE | ATTR_OWNER | ATTR_MODE |
                  ATTR_TIMES))
        reader->bad = true;
    if (flags & ATTR_SIZE) {
        uint64_t size = take_u64(reader);
        attrs.size = size > INT64_MAX ? INT64_MAX : (int64_t)size;
    }
    if (flags & ATTR_OWNER)
        take_u64(reader);
    if (flags & ATTR_MODE)
        attrs.mode = sftp_take_u32(reader);
    if (flags & ATTR_TIMES) {
        sftp_take_u32(reader);
        attrs.modified = sftp_take_u32(reader);
    }
    if (flags & (uint32_t)ATTR_EXTENDED) {
        uint32_t pairs = sftp_take_u32(reader);
        for (; pairs > 0 && !reader->bad; pairs--) {
            sftp_take_bytes(reader);
            sftp_take_bytes(reader);
        }
    }
    return attrs;
}

bool
sftp_reply_parse(const void *packet, size_t size, struct sftp_reply *reply)
{
    struct sftp_reader reader = { packet, size, false };
    const uint8_t *type = take(&reader, 1);

    *reply = (struct sftp_reply){ .type = type == NULL ? 0 : *type,
                                  .bytes = { "", 0 } };
    reply->id = sftp_take_u32(&reader);
    switch (reply->type) {
    case SFTP_STATUS:
        reply->status = sftp_take_u32(&reader);
        /* Old servers leave the words and their language out. */
        if (reader.left > 0)
            reply->bytes = sftp_take_bytes(&reader);
        break;
    case SFTP_HANDLE:
    case SFTP_DATA:
        reply->bytes = sftp_take_bytes(&reader);
        break;
    case SFTP_ATTRS:
        reply->attrs = take_attrs(&reader);
        break;
    case SFTP_NAME:
        reply->names = sftp_take_u32(&reader);
        reply->rest = reader;
        break;
    case SFTP_INIT:
    case SFTP_VERSION:
    case SFTP_OPEN:
    case SFTP_CLOSE:
    case SFTP_READ:
    case SFTP_WRITE:
    case SFTP_FSTAT:
    case SFTP_OPENDIR:
    case SFTP_READDIR:
    case SFTP_REMOVE:
    case SFTP_STAT:
    case SFTP_RENAME:
    case SFTP_EXTENDED:
    default:
        reader.bad = true;
    }
    return !reader.bad;
}

bool
sftp_reply_name(struct sftp_reply *reply, struct sftp_bytes *name,
                struct sftp_attrs *attrs)
{
    if (reply->names == 0)
        return false;
    reply->names--;
    *name = sftp_take_bytes(&reply->rest);
    sftp_take_bytes(&reply->rest); /* a line as of ls -l, for people */
    *attrs = take_attrs(&reply->rest);
    return !reply->rest.bad;
}

size_t
sftp_packet_begin(struct buf *out, enum sftp_type type)
{
    size_t begin = out->size;

    sftp_add_u32(out, 0);
    buf_addc(out, (char)type);
    return begin;
}

void
sftp_add_u32(struct buf *out, uint32_t number)
{
    const uint8_t bytes[] = { (uint8_t)(number >> 24), (uint8_t)(number >> 16),
                              (uint8_t)(number >> 8), (uint8_t)number };

    buf_add(out, bytes, sizeof bytes);
}

void
sftp_add_u64(struct buf *out, uint64_t number)
{
    sftp_add_u32(out, (uint32_t)(number >> 32));
    sftp_add_u32(out, (uint32_t)number);
}

void
sftp_add_bytes(struct buf *out, const void *bytes, size_t size)
{
    sftp_add_u32(out, (uint32_t)size);
    buf_add(out, bytes, size);
}

void
sftp_add_text(struct buf *out, const char *text)
{
    sftp_add_bytes(out, text, strlen(text));
}

void
sftp_packet_end(struct buf *out, size_t begin)
{
    size_t size = out->size - begin - 4;

    for (int i = 0; i < 4; i++)
        out->text[begin + (size_t)i] = (char)(size >> (24 - 8 * i));
}
