/* SPDX-License-Identifier: Apache-2.0 */
/* Odoo: settings, opening, is everything there. */
#include <string.h>

#include "base/text.h"
#include "system/odoo/odoo_private.h"
#include "system/system_private.h"

enum { SETTLE_SECONDS = 180, TIMEOUT_SECONDS = 60 };

static const char *const api_names[] = { "auto", "jsonrpc", "json2", NULL };

static const struct setting settings[] = {
    { "kind", SETTING_TEXT, NULL, "odoo", true, NULL, NULL },
    { "url", SETTING_TEXT, NULL, "address: https://odoo.example", true, NULL,
      NULL },
    { "database", SETTING_TEXT, NULL, "name of the database", true, NULL,
      NULL },
    { "user", SETTING_TEXT, NULL, "the user's login", true, NULL, NULL },
    { "secret", SETTING_SECRET, NULL, "an API key of that user", true, NULL,
      NULL },
    { "api", SETTING_TEXT, "auto", "auto: json2 from Odoo 19 on, else jsonrpc",
      false, api_names, NULL },
    { "ca_file", SETTING_TEXT, NULL,
      "certificates to trust instead of the system's", false, NULL, NULL },
    { "overlap", SETTING_DURATION, "10s",
      "how far a pull looks back, for changes that were committed late", false,
      NULL, NULL },
    { "timeout", SETTING_DURATION, "60s", "longest wait for one answer", false,
      NULL, NULL },
    { "settle", SETTING_DURATION, "3m",
      "how long after a request without answer its effect may still appear; "
      "longer than the server's limit_time_real",
      false, NULL, NULL },
    { 0 }
};

static bool
open_odoo(struct system *system, struct err *err)
{
    struct arena *arena = arena_new();
    struct odoo *odoo = arena_alloc(arena, sizeof *odoo);
    const struct conf_group *group = system->context.group;
    struct http_limits limits = {
        .total_ms = conf_seconds(group, "timeout", TIMEOUT_SECONDS) * 1000,
        .ca_file = conf_text(group, "ca_file", NULL),
        .traffic = system->context.traffic
    };
    const char *secret = conf_text(group, "secret", NULL);
    const char *api = conf_text(group, "api", "auto");

    system->state = odoo;
    odoo->arena = arena;
    odoo->url = conf_text(group, "url", NULL);
    odoo->database = conf_text(group, "database", NULL);
    odoo->user = conf_text(group, "user", NULL);
    odoo->overlap_seconds = conf_seconds(group, "overlap", 10);
    odoo->models = json_object();
    odoo->known = json_object();
    odoo->codes = (struct map_codes){ odoo_look_up, system };
    for (int i = 0; api_names[i] != NULL; i++)
        if (text_equal(api, api_names[i]))
            odoo->api = (enum odoo_api)i;
    if (odoo->url == NULL || odoo->database == NULL || odoo->user == NULL ||
        secret == NULL)
        return err_set(err, TP6001,
                       "url, database, user and secret are needed");
    return conf_secret(system->context.conf, secret, &odoo->key, err) &&
           http_open(&odoo->http, &limits, err);
}

static void
close_odoo(struct system *system)
{
    struct odoo *odoo = odoo_of(system);

    if (odoo == NULL)
        return;
    system->state = NULL;
    struct arena *arena = odoo->arena;
    http_close(&odoo->http);
    buf_wipe(&odoo->key);
    json_decref(odoo->models);
    json_decref(odoo->known);
    arena_free(&arena);
}

/* ---- documents are not exchanged with it yet */

static bool
no_documents(const char *what, struct err *err)
{
    return err_set(err, TP6001,
                   "odoo keeps masters in step; it takes and gives no '%s'",
                   what);
}

static bool
pull(struct system *system, const char *what, struct mark *mark,
     record_sink *sink, void *user, struct err *err)
{
    (void)system;
    (void)mark;
    (void)sink;
    (void)user;
    return no_documents(what, err);
}

static enum pushed
push(struct system *system, const char *what, const struct record *record,
     const char *key, struct push_result *result, struct err *err)
{
    (void)system;
    (void)record;
    (void)key;
    *result = (struct push_result){ 0 };
    no_documents(what, err);
    return PUSH_FAILED;
}

static bool
find(struct system *system, const char *what, const struct record *record,
     const char *key, bool *found, struct push_result *result, struct err *err)
{
    (void)system;
    (void)record;
    (void)key;
    *found = false;
    *result = (struct push_result){ 0 };
    return no_documents(what, err);
}

static bool
look_up(struct system *system, const char *table, const char *partner,
        const char *value, bool *found, char out[64], struct err *err)
{
    (void)system;
    (void)partner;
    (void)value;
    (void)err;
    (void)table;
    *found = false;
    out[0] = '\0';
    return true;
}

static bool
tell(struct system *system, const char *what, const char *number,
     const char *state, struct err *err)
{
    (void)system;
    (void)number;
    (void)state;
    return no_documents(what, err);
}

static bool
probe(struct system *system, struct buf *report, struct err *err)
{
    struct odoo *odoo = odoo_of(system);
    const json_t *fields;

    if (!odoo_sign_in(odoo, err))
        return false;
    buf_addf(report, "by        %s",
             odoo->api == ODOO_JSON2 ? "json/2" : "jsonrpc");
    if (odoo->version > 0)
        buf_addf(report, " of Odoo %ld", odoo->version);
    buf_addc(report, '\n');
    if (!odoo_fields(odoo, "res.partner", &fields, err))
        return false;
    buf_addf(report, "sign-in   %s in %s\n", odoo->user, odoo->database);
    buf_addf(report, "partners  %zu fields\n", json_object_size(fields));
    return true;
}

/* ---- bindings against fields_get */

static void
check_field(const json_t *fields, const struct binding *binding,
            const char *place, const char *field, struct problems *found)
{
    if (json_object_get(fields, field) == NULL)
        problem_add(found, TP6006, place, NULL, "%s has no field '%s'",
                    binding_entity(binding), field);
}

static bool
check_binding(struct system *system, const char *name, struct problems *found,
              struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(binding_free) struct binding *binding = NULL;
    const struct map_sources *sources = system->context.sources;
    const char *file = arena_printf(arena, "bindings/odoo/%s.binding", name);
    const char *path, *text;
    const json_t *fields;

    if (!sources->find(sources->user, file, arena, &path, &text))
        return true; /* not used here */
    if (!binding_load(&binding, file, sources, found, err) ||
        !odoo_fields(odoo_of(system), binding_entity(binding), &fields, err))
        return false;
    for (size_t i = 0; i < binding_field_count(binding); i++)
        check_field(fields, binding, path, binding_field(binding, i), found);
    return true;
}

bool
odoo_check(struct system *system, struct problems *found, struct err *err)
{
    static const char *const names[] = { "customer", "vendor", "item" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!check_binding(system, names[i], found, err))
            return false;
    return true;
}

static const struct master_ops odoo_masters = {
    .folder = odoo_folder,
    .codes = odoo_codes,
    .changes = odoo_changes,
    .row = odoo_row,
    .put = odoo_put,
};

const struct system_ops odoo_ops = {
    .name = "odoo",
    .about = "Odoo, over JSON-2 or JSON-RPC",
    .settings = settings,
    .open = open_odoo,
    .close = close_odoo,
    .pull = pull,
    .push = push,
    .find = find,
    .look_up = look_up,
    .tell = tell,
    .probe = probe,
    .check = odoo_check,
    .masters = &odoo_masters,
    .settle_seconds = SETTLE_SECONDS,
};
