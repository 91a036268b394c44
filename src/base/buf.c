/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

static void
reserve(struct buf *buf, size_t more)
{
    size_t need = buf->size + more + 1;

    BUG_IF(need < more);
    if (need <= buf->capacity)
        return;
    size_t capacity = buf->capacity ? buf->capacity * 2 : 256;
    if (capacity < need)
        capacity = need;
    buf->text = obtain_more(buf->text, buf->capacity, capacity);
    buf->capacity = capacity;
}

void
buf_add(struct buf *buf, const void *bytes, size_t size)
{
    reserve(buf, size);
    if (size > 0)
        memcpy(buf->text + buf->size, bytes, size);
    buf->size += size;
    buf->text[buf->size] = '\0';
}

void
buf_adds(struct buf *buf, const char *text)
{
    buf_add(buf, text, strlen(text));
}

void
buf_addc(struct buf *buf, char c)
{
    buf_add(buf, &c, 1);
}

void
buf_addf(struct buf *buf, const char *format, ...)
{
    va_list args, again;

    va_start(args, format);
    va_copy(again, args);
    int size = vsnprintf(NULL, 0, format, args);
    va_end(args);
    BUG_IF(size < 0);
    reserve(buf, (size_t)size);
    vsnprintf(buf->text + buf->size, (size_t)size + 1, format, again);
    va_end(again);
    buf->size += (size_t)size;
}

char *
buf_room(struct buf *buf, size_t size)
{
    reserve(buf, size);
    return buf->text + buf->size;
}

void
buf_took(struct buf *buf, size_t size)
{
    BUG_IF(size >= buf->capacity - buf->size);
    buf->size += size;
    buf->text[buf->size] = '\0';
}

void
buf_clear(struct buf *buf)
{
    buf->size = 0;
    if (buf->text != NULL)
        buf->text[0] = '\0';
}

void
buf_free(struct buf *buf)
{
    release(&buf->text);
    buf->size = buf->capacity = 0;
}

void
buf_wipe(struct buf *buf)
{
    if (buf->text != NULL)
        explicit_bzero(buf->text, buf->capacity);
    buf_free(buf);
}

const char *
buf_text(const struct buf *buf)
{
    return buf->text != NULL ? buf->text : "";
}
