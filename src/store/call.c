/* SPDX-License-Identifier: Apache-2.0 */
#include "store/call.h"

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

void
put_filter(struct call *call, const struct doc_filter *filter)
{
    put_raw(call, filter, sizeof *filter);
    put_text(call, filter->partner);
    put_text(call, filter->set);
    put_text(call, filter->number);
    put_text(call, filter->text);
    put_text(call, filter->related);
    put_text(call, filter->waits_for);
    put_text(call, filter->origin);
    put_text(call, filter->key);
    put_text(call, filter->isa);
    put_text(call, filter->gs);
    put_text(call, filter->st);
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

void
take_filter(struct call *call, struct doc_filter *filter)
{
    take_raw(call, filter, sizeof *filter);
    filter->partner = take_text(call);
    filter->set = take_text(call);
    filter->number = take_text(call);
    filter->text = take_text(call);
    filter->related = take_text(call);
    filter->waits_for = take_text(call);
    filter->origin = take_text(call);
    filter->key = take_text(call);
    filter->isa = take_text(call);
    filter->gs = take_text(call);
    filter->st = take_text(call);
    call->bad = call->bad || filter->direction > DIRECTION_ANY ||
                filter->order > ORDER_STRICT;
}

/* ---- rows from another process */

#define END(text) (text)[sizeof(text) - 1] = '\0'

void
take_document(struct call *call, struct document *row)
{
    take_raw(call, row, sizeof *row);
    END(row->set);
    END(row->kind);
    END(row->partner);
    END(row->number);
    END(row->related);
    END(row->purpose);
    END(row->date);
    END(row->key);
    END(row->origin);
    END(row->isa);
    END(row->gs);
    END(row->st);
    END(row->version);
    END(row->amount);
    END(row->currency);
    END(row->reason);
    END(row->waits_for);
    END(row->system_number);
    END(row->evidence);
    END(row->texts);
    call->bad = call->bad || row->direction >= DIRECTION_ANY ||
                row->state >= DOC_STATES || row->valid > VALID_BAD ||
                row->delivered > DELIVERED_FETCHED ||
                row->acked > ACKED_REJECTED || row->posted > POSTED_REJECTED ||
                row->code >= TP_COUNT;
}

void
take_interchange(struct call *call, struct interchange *row)
{
    take_raw(call, row, sizeof *row);
    END(row->state);
    END(row->partner);
    END(row->channel);
    END(row->name);
    END(row->sender);
    END(row->receiver);
    END(row->control);
    END(row->sha256);
    END(row->reason);
    call->bad = call->bad || row->direction >= DIRECTION_ANY;
}

void
take_effect(struct call *call, struct effect *row)
{
    take_raw(call, row, sizeof *row);
    END(row->kind);
    END(row->target);
    END(row->key);
    END(row->number);
    END(row->evidence);
    call->bad = call->bad || row->state > EFFECT_FAILED;
}

void
take_expectation(struct call *call, struct expectation *row)
{
    take_raw(call, row, sizeof *row);
    END(row->partner);
    END(row->what);
}
