/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/call.h"

#include <strings.h>

#include "base/text.h"
#include "sandbox/world.h"

struct call *
call_new(void)
{
    struct arena *arena = arena_new();
    struct call *call = arena_alloc(arena, sizeof *call);
    call->arena = arena;
    return call;
}

void
call_free(struct call **call)
{
    if (!*call)
        return;
    struct arena *arena = (*call)->arena;
    buf_free(&(*call)->body);
    buf_free(&(*call)->answer);
    *call = NULL;
    arena_free(&arena);
}

const char *
call_header(const struct call *call, const char *name)
{
    for (size_t i = 0; i < call->header_count; i++)
        if (strcasecmp(call->headers[i].name, name) == 0)
            return call->headers[i].value;
    return NULL;
}

const char *
call_query(const struct call *call, const char *name)
{
    for (size_t i = 0; i < call->query_count; i++)
        if (text_equal(call->query[i].name, name))
            return call->query[i].value;
    return NULL;
}

void
call_add_header(struct call *call, const char *name, const char *value)
{
    BUG_IF(call->out_count == CALL_HEADERS);
    call->out[call->out_count++] =
        (struct pair){ arena_strdup(call->arena, name),
                       arena_strdup(call->arena, value) };
}

void
call_answer(struct call *call, int status, const char *type, const char *text)
{
    buf_clear(&call->answer);
    call->out_count = 0;
    call->status = status;
    call->type = type;
    buf_adds(&call->answer, text);
}

void
call_answer_json(struct call *call, int status, json_t *value)
{
    call_answer(call, status, "application/json", "");
    json_to_buf(&call->answer, value);
    json_decref(value);
}

bool
call_is(const struct call *call, const char *method)
{
    return text_equal(call->method, method);
}

json_t *
call_body(const struct call *call)
{
    json_t *body = json_loadb(buf_text(&call->body), call->body.size,
                              JSON_REJECT_DUPLICATES, NULL);
    if (json_is_object(body))
        return body;
    json_decref(body);
    return NULL;
}
