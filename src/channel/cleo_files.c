/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a Cleo mailbox. */
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/when.h"
#include "channel/cleo_private.h"

enum { PAGE = 100, MAX_FILES = 20000 };

static void
drop_json(json_t **json)
{
    json_decref(*json);
}

static void
drop_answer(struct http_answer *answer)
{
    buf_free(&answer->body);
}

/* Follows "a.b.c" into the object. */
static json_t *
member(json_t *json, const char *path)
{
    char copy[128];
    char *rest = copy, *name;

    if (!text_copy(copy, sizeof copy, path))
        return NULL;
    while (json != NULL && (name = text_word(&rest, ".")) != NULL)
        json = json_object_get(json, name);
    return json;
}

/* A text or a whole number, as a text. */
static bool
word(const json_t *json, char *out, size_t size)
{
    if (json_is_string(json))
        return text_copy(out, size, json_string_value(json));
    if (json_is_integer(json))
        return text_format(out, size, "%lld",
                           (long long)json_integer_value(json));
    return false;
}

/* Where the settings say that the answer holds the transmission's id. */
static void
transmission(const struct channel *channel, const struct http_answer *answer,
             char *out, size_t size)
{
    const char *where = cleo_setting(channel, "upload", "id");
    CLEANUP(drop_json) json_t *json = NULL;

    out[0] = '\0';
    if (text_starts(where, "header:")) {
        text_copy(out, size, answer->kept);
    } else if (text_starts(where, "json:")) {
        json = json_loadb(buf_text(&answer->body), answer->body.size,
                          JSON_REJECT_DUPLICATES, NULL);
        if (!word(member(json, where + strlen("json:")), out, size))
            out[0] = '\0';
    }
    for (char *at = out; *at != '\0'; at++)
        if (*at < ' ' || *at > '~')
            *at = '?';
}

/* One request writes the file under its name: ready comes before it, for each
 * file by itself, so that a run that dies leaves one in doubt, not all. */
static void
put_one(struct channel *channel, struct parcel *parcel,
        const struct channel_ready *ready)
{
    struct cleo *cleo = channel->state;
    CLEANUP(drop_answer) struct http_answer answer = { 0 };
    struct cleo_call call = { .group = "upload",
                              .folder = cleo->put,
                              .name = parcel->name,
                              .body = parcel->bytes,
                              .body_size = parcel->size,
                              .answer = &answer };
    char id[96];

    parcel->sent = false;
    parcel->evidence[0] = '\0';
    err_clear(&parcel->err);
    parcel->begun = name_check_ours(parcel->name, &parcel->err);
    if (!parcel->begun || !parcels_ready(parcel, 1, ready) ||
        !cleo_ask(channel, &call, NULL, &parcel->err))
        return;
    transmission(channel, &answer, id, sizeof id);
    parcel->sent = true;
    text_format(parcel->evidence, sizeof parcel->evidence,
                id[0] != '\0' ? "Cleo %ld, id %s" : "Cleo %ld, no id told%s",
                answer.status, id);
}

bool
cleo_put(struct channel *channel, struct parcel *parcels, size_t count,
         const struct channel_ready *ready, struct err *err)
{
    struct cleo *cleo = channel->state;

    if (!folder_needed(cleo->put, "put", err))
        return false;
    for (size_t i = 0; i < count; i++)
        put_one(channel, &parcels[i], ready);
    return true;
}

/* One page of the list; the array is the answer itself or a member. */
static json_t *
page_of(const struct channel *channel, const struct http_answer *answer,
        json_t **whole, struct err *err)
{
    json_error_t wrong;
    json_t *files;

    *whole = json_loadb(buf_text(&answer->body), answer->body.size,
                        JSON_REJECT_DUPLICATES, &wrong);
    files = *whole;
    if (json_is_object(*whole))
        files = member(*whole, cleo_setting(channel, "list", "files"));
    if (json_is_array(files))
        return files;
    if (*whole == NULL)
        err_set(err, TP5060, "the list is no JSON: %.100s (byte %d)",
                wrong.text, wrong.position);
    else
        err_set(err, TP5060, "the list has no array \"%s\"",
                cleo_setting(channel, "list", "files"));
    return NULL;
}

/* Each file of a folder, page by page, is given to take. */
struct walk {
    const char *folder;
    long refused; /* Cleo's status when it does not list, 0 = it lists */
    bool cut;     /* there may be more than was looked at */
    void (*take)(void *user, const struct found *);
    void *user;
};

static void
take_entry(const struct channel *channel, json_t *json, const struct walk *walk)
{
    json_t *name = member(json, cleo_setting(channel, "list", "name"));
    json_t *size = member(json, cleo_setting(channel, "list", "size"));
    const char *modified = json_string_value(
        member(json, cleo_setting(channel, "list", "modified")));
    char id[128] = "";
    moment when;
    struct found found = {
        .name = json_is_string(name) ? json_string_value(name) : "",
        .name_size = json_string_length(name),
        .size = json_is_integer(size) ? json_integer_value(size) : -1,
    };

    if (word(member(json, cleo_setting(channel, "list", "id")), id, sizeof id))
        found.id = id;
    if (modified != NULL && when_parse(modified, &when))
        found.modified = when / 1000;
    walk->take(walk->user, &found);
}

static bool
walk_page(struct channel *channel, struct walk *walk, size_t start, size_t *got,
          struct err *err)
{
    CLEANUP(drop_answer) struct http_answer answer = { 0 };
    CLEANUP(drop_json) json_t *whole = NULL;
    struct cleo_call call = { .group = "list",
                              .folder = walk->folder,
                              .start = start,
                              .count = PAGE,
                              .answer = &answer };
    json_t *files, *entry;
    size_t i;

    if (!cleo_ask(channel, &call, NULL, err)) {
        walk->refused = answer.status;
        return false;
    }
    files = page_of(channel, &answer, &whole, err);
    if (files == NULL)
        return false;
    json_array_foreach(files, i, entry) take_entry(channel, entry, walk);
    *got = json_array_size(files);
    return true;
}

static bool
walk_folder(struct channel *channel, struct walk *walk, struct err *err)
{
    const char *path = cleo_setting(channel, "list", "path");
    bool paged = strstr(path, "{start}") != NULL;
    size_t start = 0, got = 0;

    do {
        if (!walk_page(channel, walk, start, &got, err))
            return false;
        start += got;
        walk->cut = got >= PAGE;
    } while (paged && got >= PAGE && start < MAX_FILES);
    return true;
}

struct taking {
    struct cleo *cleo;
    struct listing *listing;
    struct arena *arena;
    size_t room;
};

static void
take_listed(void *user, const struct found *found)
{
    struct taking *taking = user;
    struct listing *listing = taking->listing;

    if (listing->count + 1 >= taking->room) {
        size_t room = taking->room * 2 + PAGE;
        struct listed *files = arena_alloc(taking->arena, room * sizeof *files);
        if (listing->count > 0)
            memcpy(files, listing->files, listing->count * sizeof *files);
        listing->files = files;
        taking->room = room;
    }
    listing_add(listing, found, taking->cleo->pattern, taking->cleo->looks);
}

bool
cleo_list(struct channel *channel, struct arena *arena, struct listing *listing,
          struct err *err)
{
    struct cleo *cleo = channel->state;
    struct taking taking = { cleo, listing, arena, 0 };
    struct walk walk = { .folder = cleo->get,
                         .take = take_listed,
                         .user = &taking };

    memset(listing, 0, sizeof *listing);
    if (cleo->get == NULL)
        return true;
    if (!walk_folder(channel, &walk, err))
        return false;
    looks_end(cleo->looks);
    return true;
}

static const char *
id_of(const struct listed *file)
{
    return file->id[0] != '\0' ? file->id : file->name;
}

bool
cleo_get(struct channel *channel, const struct listed *file, struct buf *into,
         struct err *err)
{
    struct cleo *cleo = channel->state;
    CLEANUP(drop_answer) struct http_answer answer = { 0 };
    struct cleo_call call = { .group = "download",
                              .folder = cleo->get,
                              .name = file->name,
                              .id = id_of(file),
                              .answer = &answer };
    bool missing = false;

    if (!folder_needed(cleo->get, "get", err))
        return false;
    if (file->size > 0 && (uint64_t)file->size > channel->max_bytes)
        return err_set(err, TP5045,
                       "%.100s has %lld bytes; at most %zu are "
                       "taken",
                       file->name, (long long)file->size, channel->max_bytes);
    if (!cleo_ask(channel, &call, &missing, err))
        return false;
    if (missing)
        return err_set(err, TP5048, "%.100s is no longer there", file->name);
    if (file->size >= 0 && (size_t)file->size != answer.body.size)
        return err_set(err, TP5046, "%.100s has %zu bytes; listed were %lld",
                       file->name, answer.body.size, (long long)file->size);
    buf_add(into, answer.body.text, answer.body.size);
    return true;
}

bool
cleo_remove(struct channel *channel, const struct listed *file, struct err *err)
{
    struct cleo *cleo = channel->state;
    CLEANUP(drop_answer) struct http_answer answer = { 0 };
    struct cleo_call call = { .group = "remove",
                              .folder = cleo->get,
                              .name = file->name,
                              .id = id_of(file),
                              .answer = &answer };
    bool missing = false;

    return folder_needed(cleo->get, "get", err) &&
           cleo_ask(channel, &call, &missing, err);
}

struct seeking {
    const char *name;
    size_t size;
    enum channel_found found;
};

static void
take_sought(void *user, const struct found *found)
{
    struct seeking *seeking = user;

    if (!text_equal(found->name, seeking->name))
        return;
    seeking->found = found->size < 0 || (size_t)found->size == seeking->size
                         ? FOUND_THERE
                         : FOUND_NO;
}

/* Cleo's word that this folder is not listed: asking again would not help. */
static bool
tells_nothing(long status)
{
    return status == 403 || status == 404 || status == 405 || status == 501;
}

bool
cleo_find(struct channel *channel, const char *name, size_t size,
          enum channel_found *found, struct err *err)
{
    struct cleo *cleo = channel->state;
    struct seeking seeking = { name, size, FOUND_UNKNOWN };
    struct walk walk = { .folder = cleo->put,
                         .take = take_sought,
                         .user = &seeking };

    *found = FOUND_UNKNOWN;
    if (!folder_needed(cleo->put, "put", err))
        return false;
    if (!cleo_lists(channel))
        return true;
    if (!walk_folder(channel, &walk, err)) {
        if (!tells_nothing(walk.refused))
            return false;
        err_clear(err);
        return true;
    }
    *found = seeking.found != FOUND_UNKNOWN ? seeking.found
             : walk.cut                     ? FOUND_UNKNOWN
                                            : cleo->absent;
    return true;
}
