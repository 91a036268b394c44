/* SPDX-License-Identifier: Apache-2.0 */
/* /_sandbox/…: what tests do and see; no sign-in. */
#include <string.h>

#include "base/text.h"
#include "sandbox/sandbox.h"

static void
no(struct call *call, int status, const char *text)
{
    call_answer_json(call, status, json_pack("{s:s}", "message", text));
}

static void
add_faults(struct sandbox *box, enum service service, struct call *call)
{
    json_t *body CLEANUP(json_decrefp) = call_body(call);
    struct err err = { 0 };
    if (!body)
        no(call, 400, "the body must be a JSON object");
    else if (!faults_add(&box->faults, (int)service, body, &err))
        no(call, 400, err.text);
    else
        call_answer(call, 204, NULL, "");
}

static void
dump_table(struct sandbox *box, struct call *call, const char *name)
{
    json_t *list = json_array();
    const char *id;
    json_t *row;
    json_object_foreach(world_table(&box->world, name), id, row)
    {
        json_array_append(list, row);
    }
    call_answer_json(call, 200, list);
}

/* A row with an id or number that is there is changed, else made. */
static void
put_row(struct sandbox *box, struct call *call, const char *table)
{
    json_t *body CLEANUP(json_decrefp) = call_body(call);
    if (!body) {
        no(call, 400, "the body must be a JSON object");
        return;
    }
    json_t *row = world_by_id(&box->world, table, row_text(body, "id"));
    if (!row && *row_text(body, "number"))
        row =
            world_find(&box->world, table, "number", row_text(body, "number"));
    if (row) {
        json_object_update(row, body);
        world_changed(&box->world, table, row);
    } else {
        row = world_put(&box->world, table, json_incref(body));
    }
    call_answer_json(call, 200, json_incref(row));
}

static void
dump_effects(struct sandbox *box, struct call *call)
{
    const char *kind = call_query(call, "kind");
    json_t *list = json_array();
    const char *id;
    json_t *row;
    json_object_foreach(world_table(&box->world, "_effects"), id, row)
    {
        if (!kind || text_equal(kind, row_text(row, "kind")))
            json_array_append(list, row);
    }
    call_answer_json(call, 200, list);
}

void
admin_handle(struct sandbox *box, enum service service, struct call *call)
{
    const char *what = call->path + strlen("/_sandbox/");
    if (text_equal(what, "faults") && call_is(call, "POST"))
        add_faults(box, service, call);
    else if (text_equal(what, "faults") && call_is(call, "DELETE")) {
        box->faults.count = 0;
        call_answer(call, 204, NULL, "");
    } else if (text_equal(what, "faults"))
        call_answer_json(call, 200, faults_list(&box->faults));
    else if (text_equal(what, "effects"))
        dump_effects(box, call);
    else if (text_equal(what, "load"))
        call_answer_json(call, 200,
                         json_pack("{s:I,s:I}", "most", (json_int_t)box->most,
                                   "requests", (json_int_t)box->requests));
    else if (text_starts(what, "tables/") && call_is(call, "GET"))
        dump_table(box, call, what + strlen("tables/"));
    else if (text_starts(what, "tables/") && call_is(call, "POST"))
        put_row(box, call, what + strlen("tables/"));
    else
        no(call, 404, "no such thing in the sandbox");
}
