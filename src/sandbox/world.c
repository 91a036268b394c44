/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/world.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/text.h"
#include "base/when.h"

enum { STATE_MAX = 1 << 30 };

static int
add_to_buf(const char *bytes, size_t size, void *user)
{
    buf_add(user, bytes, size);
    return 0;
}

void
json_to_buf(struct buf *buf, const json_t *value)
{
    (void)json_dump_callback(value, add_to_buf, buf,
                             JSON_COMPACT | JSON_ENCODE_ANY);
}

const char *
row_text(const json_t *row, const char *member)
{
    const char *text = json_string_value(json_object_get(row, member));
    return text ? text : "";
}

struct decimal
row_decimal(const json_t *row, const char *member)
{
    return decimal_of(row_text(row, member));
}

void
row_set(json_t *row, const char *member, const char *text)
{
    json_object_set_new(row, member, json_string(text));
}

void
row_set_decimal(json_t *row, const char *member, struct decimal value)
{
    char text[DECIMAL_TEXT];
    row_set(row, member, decimal_text(value, text));
}

unsigned long long
hash_bytes(unsigned long long start, const void *bytes, size_t size)
{
    const unsigned char *byte = bytes;
    unsigned long long hash = 14695981039346656037ULL ^ start;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ byte[i]) * 1099511628211ULL;
    /* FNV's last byte moves few high bits: mix once more. */
    hash ^= hash >> 29;
    hash *= 0xbf58476d1ce4e5b9ULL;
    return hash ^ (hash >> 32);
}

void
guid_of(const char *text, char out[GUID_TEXT])
{
    unsigned long long a = hash_bytes(1, text, strlen(text));
    unsigned long long b = hash_bytes(2, text, strlen(text));
    (void)text_format(out, GUID_TEXT, "%08llx-%04llx-4%03llx-a%03llx-%012llx",
                      a >> 32, (a >> 16) & 0xffff, a & 0xfff, b >> 52,
                      b & 0xffffffffffff);
}

bool
is_guid(const char *text)
{
    if (strlen(text) != GUID_TEXT - 1)
        return false;
    for (size_t i = 0; i < GUID_TEXT - 1; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
            return false;
    }
    return true;
}

json_t *
world_table(struct world *world, const char *table)
{
    json_t *rows = json_object_get(world->tables, table);
    if (!rows) {
        rows = json_object();
        json_object_set_new(world->tables, table, rows);
    }
    return rows;
}

static json_t *
child(json_t *object, const char *name)
{
    json_t *inner = json_object_get(object, name);
    if (!inner) {
        inner = json_object();
        json_object_set_new(object, name, inner);
    }
    return inner;
}

json_t *
world_lines(struct world *world, const char *table, const char *document)
{
    return child(child(world->lines, table), document);
}

static void
set_row(struct world *world, const char *table, const char *id, json_t *row)
{
    const char *document = row_text(row, "documentId");
    json_object_set(world_table(world, table), id, row);
    if (*document)
        json_object_set(world_lines(world, table, document), id, row);
}

static void
drop_row(struct world *world, const char *table, const char *id)
{
    json_t *rows = world_table(world, table);
    const char *document = row_text(json_object_get(rows, id), "documentId");
    if (*document) {
        json_object_del(world_lines(world, table, document), id);
        if (json_object_size(world_lines(world, table, document)) == 0)
            json_object_del(child(world->lines, table), document);
    }
    json_object_del(rows, id);
}

json_t *
world_by_id(struct world *world, const char *table, const char *id)
{
    return json_object_get(world_table(world, table), id);
}

json_t *
world_find(struct world *world, const char *table, const char *member,
           const char *value)
{
    const char *id;
    json_t *row;
    json_object_foreach(world_table(world, table), id, row)
    {
        if (text_equal(row_text(row, member), value))
            return row;
    }
    return NULL;
}

static void
note(struct world *world, const char *table, const char *id, const json_t *row)
{
    if (!world->dir || world->replaying)
        return;
    buf_addf(&world->log, "{\"table\":\"%s\",\"id\":\"%s\",\"row\":", table,
             id);
    json_to_buf(&world->log, row ? row : json_null());
    buf_adds(&world->log, "}\n");
}

static void
stamp(json_t *row)
{
    char text[40];
    moment now = when_now();
    char whole[WHEN_STAMP];
    (void)when_stamp(now, whole);
    (void)text_format(text, sizeof text, "%.19s.%03dZ", whole,
                      (int)(now % 1000));
    row_set(row, "lastModifiedDateTime", text);
    char day[WHEN_DATE];
    row_set(row, "_modified", when_date(now, NULL, day));
}

json_t *
world_seed(struct world *world, const char *table, json_t *row)
{
    json_t *rows = world_table(world, table);
    if (!*row_text(row, "id")) {
        char text[160], id[GUID_TEXT];
        (void)text_format(text, sizeof text, "%s:%zu:%zu", table,
                          json_object_size(rows), world->effects);
        guid_of(text, id);
        for (int i = 0; json_object_get(rows, id); i++) {
            (void)text_format(text, sizeof text, "%s:%s:%d", table, id, i);
            guid_of(text, id);
        }
        row_set(row, "id", id);
    }
    char id[GUID_TEXT * 4];
    (void)text_copy(id, sizeof id, row_text(row, "id"));
    set_row(world, table, id, row);
    json_decref(row);
    note(world, table, id, row);
    return row;
}

json_t *
world_put(struct world *world, const char *table, json_t *row)
{
    stamp(row);
    return world_seed(world, table, row);
}

void
world_changed(struct world *world, const char *table, json_t *row)
{
    stamp(row);
    note(world, table, row_text(row, "id"), row);
}

void
world_delete(struct world *world, const char *table, const char *id)
{
    char copy[GUID_TEXT * 4];
    (void)text_copy(copy, sizeof copy, id);
    drop_row(world, table, copy);
    note(world, table, copy, NULL);
}

void
world_effect(struct world *world, const char *kind, const char *table,
             json_t *row, const char *key)
{
    char at[WHEN_STAMP];
    json_t *effect = json_pack(
        "{s:I,s:s,s:s,s:s,s:s,s:s,s:s}", "n", (json_int_t)++world->effects,
        "at", when_stamp(when_now(), at), "kind", kind, "table", table, "id",
        row_text(row, "id"), "number", row_text(row, "number"), "key", key);
    buf_adds(&world->ledger, "");
    json_to_buf(&world->ledger, effect);
    buf_addc(&world->ledger, '\n');
    char id[GUID_TEXT];
    (void)text_format(id, sizeof id, "%012zu", world->effects);
    json_object_set_new(world_table(world, "_effects"), id, effect);
    note(world, "_effects", id, effect);
}

const char *
world_number(struct world *world, struct arena *arena, const char *series,
             long first)
{
    json_t *row = world_by_id(world, "_series", series);
    if (!row)
        row = world_seed(
            world, "_series",
            json_pack("{s:s,s:I}", "id", series, "next", (json_int_t)first));
    json_int_t next = json_integer_value(json_object_get(row, "next"));
    json_object_set_new(row, "next", json_integer(next + 1));
    world_changed(world, "_series", row);
    return arena_printf(arena, "%lld", (long long)next);
}

static bool
append(struct world *world, const char *name, struct buf *bytes,
       struct err *err)
{
    char path[4096];
    if (bytes->size == 0 || !world->dir) {
        buf_clear(bytes);
        return true;
    }
    (void)text_format(path, sizeof path, "%s/%s", world->dir, name);
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    ssize_t written = file < 0 ? -1 : write(file, bytes->text, bytes->size);
    if (file >= 0)
        (void)close(file);
    if (written != (ssize_t)bytes->size)
        return err_set(err, TP9102, "%s cannot be written", path);
    buf_clear(bytes);
    return true;
}

bool
world_commit(struct world *world, struct err *err)
{
    return append(world, "state.log", &world->log, err) &&
           append(world, "effects.jsonl", &world->ledger, err);
}

static void
replay_line(struct world *world, const char *line, size_t size)
{
    json_t *change CLEANUP(json_decrefp) = json_loadb(line, size, 0, NULL);
    const char *table = row_text(change, "table");
    const char *id = row_text(change, "id");
    json_t *row = json_object_get(change, "row");
    if (!change || !*table)
        return;
    if (json_is_object(row))
        set_row(world, table, id, row);
    else
        drop_row(world, table, id);
}

/* A kill between the two files leaves effects in the log that the ledger does
 * not have: they are added now. */
static bool
mend_ledger(struct world *world, struct err *err)
{
    struct buf old CLEANUP(buf_free) = { 0 };
    char path[4096];
    (void)text_format(path, sizeof path, "%s/effects.jsonl", world->dir);
    if (file_exists(path) && !file_read(path, STATE_MAX, &old, err))
        return false;
    size_t known = 0, n = 0;
    for (size_t i = 0; i < old.size; i++)
        known += old.text[i] == '\n';
    const char *id;
    json_t *effect;
    json_object_foreach(world_table(world, "_effects"), id, effect)
    {
        if (n++ < known)
            continue;
        json_to_buf(&world->ledger, effect);
        buf_addc(&world->ledger, '\n');
    }
    world->effects = n;
    return append(world, "effects.jsonl", &world->ledger, err);
}

static bool
replay(struct world *world, const char *path, struct err *err)
{
    struct buf log CLEANUP(buf_free) = { 0 };
    if (!file_read(path, STATE_MAX, &log, err))
        return false;
    size_t start = 0;
    for (size_t i = 0; i < log.size; i++) {
        if (log.text[i] != '\n')
            continue;
        replay_line(world, log.text + start, i - start);
        start = i + 1;
    }
    if (start < log.size && truncate(path, (off_t)start) != 0)
        return err_set(err, TP9102, "%s cannot be mended", path);
    return mend_ledger(world, err);
}

bool
world_open(struct world *world, const char *dir, struct err *err)
{
    *world = (struct world){ .tables = json_object(), .lines = json_object() };
    if (!dir)
        return true;
    world->dir = obtain_text(dir);
    if (!durable_mkdir(dir, 0750, err))
        return false;
    char path[4096];
    (void)text_format(path, sizeof path, "%s/state.log", dir);
    if (!file_exists(path))
        return true;
    world->loaded = true;
    return replay(world, path, err);
}

void
world_close(struct world *world)
{
    json_decref(world->lines);
    json_decref(world->tables);
    world->tables = world->lines = NULL;
    buf_free(&world->log);
    buf_free(&world->ledger);
    release(&world->dir);
}
