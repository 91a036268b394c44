/* SPDX-License-Identifier: Apache-2.0 */
#include "base/call.h"

#include <string.h>

#include "base/arena.h"

void
call_open(struct call *call, uint32_t op)
{
    struct call_head head = { op, 0 };

    buf_clear(&call->buf);
    buf_add(&call->buf, &head, sizeof head);
    call->at = sizeof head;
    call->bad = false;
}

void
call_seal(struct call *call)
{
    struct call_head head;

    memcpy(&head, call->buf.text, sizeof head);
    head.size = (uint32_t)(call->buf.size - sizeof head);
    memcpy(call->buf.text, &head, sizeof head);
}

void
call_free(struct call *call)
{
    buf_free(&call->buf);
}

/* ---- putting */

void
put_raw(struct call *call, const void *bytes, size_t size)
{
    if (size > 0)
        buf_add(&call->buf, bytes, size);
}

void
put_number(struct call *call, int64_t number)
{
    put_raw(call, &number, sizeof number);
}

void
put_bytes(struct call *call, const void *bytes, size_t size)
{
    put_number(call, (int64_t)size);
    put_raw(call, bytes, size);
}

/* Its size with the NUL in front; -1 is NULL. */
void
put_text(struct call *call, const char *text)
{
    if (text == NULL)
        put_number(call, -1);
    else
        put_bytes(call, text, strlen(text) + 1);
}

void
put_rows(struct call *call, const void *rows, size_t row_size, size_t count)
{
    put_number(call, (int64_t)count);
    put_raw(call, rows, row_size * count);
}

/* ---- taking */

/* NULL when it is not there. */
static const char *
take(struct call *call, size_t size)
{
    if (call->bad || size > call->buf.size - call->at) {
        call->bad = true;
        return NULL;
    }
    call->at += size;
    return call->buf.text + call->at - size;
}

bool
take_raw(struct call *call, void *out, size_t size)
{
    const char *bytes = take(call, size);

    if (bytes == NULL)
        memset(out, 0, size);
    else
        memcpy(out, bytes, size);
    return bytes != NULL;
}

int64_t
take_number(struct call *call)
{
    int64_t number;

    take_raw(call, &number, sizeof number);
    return number;
}

const void *
take_bytes(struct call *call, size_t *size)
{
    int64_t wanted = take_number(call);

    *size = 0;
    if (wanted < 0 || wanted > CALL_MAX)
        call->bad = true;
    const char *bytes = call->bad ? NULL : take(call, (size_t)wanted);
    if (bytes == NULL)
        return "";
    *size = (size_t)wanted;
    return bytes;
}

const char *
take_text(struct call *call)
{
    int64_t size = take_number(call);

    if (size == -1 && !call->bad)
        return NULL;
    if (size < 1 || size > CALL_MAX)
        call->bad = true;
    const char *text = call->bad ? NULL : take(call, (size_t)size);
    if (text == NULL || memchr(text, '\0', (size_t)size) == NULL) {
        call->bad = true;
        return "";
    }
    return text;
}

void *
take_rows(struct call *call, struct arena *arena, size_t row_size,
          size_t *count)
{
    int64_t wanted = take_number(call);

    *count = 0;
    if (wanted < 0 || (uint64_t)wanted > CALL_MAX / row_size)
        call->bad = true;
    const char *rows = call->bad ? NULL : take(call, (size_t)wanted * row_size);
    if (rows == NULL)
        return NULL;
    *count = (size_t)wanted;
    return arena_copy(arena, rows, (size_t)wanted * row_size);
}

/* ---- failures */

void
put_err(struct call *call, const struct err *err)
{
    put_raw(call, err, sizeof *err);
}

void
take_err(struct call *call, struct err *err)
{
    take_raw(call, err, sizeof *err);
    err->at[sizeof err->at - 1] = err->text[sizeof err->text - 1] = '\0';
    call->bad = call->bad || err->kind > ERR_BUG || err->code >= TP_COUNT;
}
