/* SPDX-License-Identifier: Apache-2.0 */
/* A Cleo mailbox: sign-in by password grant and files by folder. The sign-in
 * is Cleo's; the addresses of files are the ones that Tradepost's templates
 * default to, since Cleo publishes none. Files lie in DIR/cleo/FOLDER/NAME. */
#include <ctype.h>
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "base/durable.h"
#include "base/text.h"
#include "base/when.h"
#include "sandbox/sandbox.h"

enum { FILE_MAX = 64 << 20, FILES_MAX = 20000 };

struct stored {
    const char *name;
    char id[GUID_TEXT];
    long long size;
    moment modified;
};

static void
no(struct call *call, int status, const char *text)
{
    call_answer_json(call, status, json_pack("{s:s}", "message", text));
}

static void
sign_in(struct sandbox *box, struct call *call)
{
    const char *type = call_header(call, "Content-Type");
    const char *grant = form_value(call, "grant_type");
    const char *refresh = form_value(call, "refresh_token");
    if (!call_is(call, "POST") || !type ||
        !text_starts(type, "application/x-www-form-urlencoded")) {
        no(call, 400, "A form is expected.");
        return;
    }
    bool password =
        text_equal(grant, "password") &&
        text_equal(form_value(call, "username"), box->options.mailbox) &&
        text_equal(form_value(call, "password"), box->options.password);
    bool again = text_equal(grant, "refresh_token") && refresh &&
                 token_check(box, SERVICE_TOKEN, refresh) == TOKEN_GOOD;
    if (!password && !again) {
        no(call, 401, "Invalid username or password.");
        return;
    }
    const char *access =
        arena_strdup(call->arena, token_issue(box, SERVICE_CLEO));
    call_answer_json(call, 200,
                     json_pack("{s:s,s:s,s:I,s:s}", "access_token", access,
                               "token_type", "bearer", "expires_in",
                               (json_int_t)box->options.token_seconds,
                               "refresh_token",
                               token_issue(box, SERVICE_TOKEN)));
}

static bool
signed_in(struct sandbox *box, struct call *call)
{
    const char *header = call_header(call, "Authorization");
    if (header && text_starts(header, "Bearer ") &&
        token_check(box, SERVICE_CLEO, header + 7) == TOKEN_GOOD)
        return true;
    no(call, 401, "The access token is missing, unknown or expired.");
    call_add_header(call, "WWW-Authenticate", "Bearer");
    return false;
}

/* A folder or file name that leads nowhere else. */
static bool
is_safe(const char *path)
{
    bool start = true;
    for (const char *c = path; *c != '\0'; c++) {
        if ((start && (*c == '.' || *c == '/')) || *c == '\\' ||
            iscntrl((unsigned char)*c))
            return false;
        start = *c == '/';
    }
    return !start && strlen(path) < 400;
}

static const char *
directory_of(struct sandbox *box, struct call *call, const char *folder)
{
    return arena_printf(call->arena, "%s/cleo/%s", box->options.dir, folder);
}

static bool
look_at(const char *directory, const char *folder, const char *name,
        struct stored *out)
{
    char text[1000];
    struct stat facts;
    (void)text_format(text, sizeof text, "%s/%s", directory, name);
    if (*name == '.' || stat(text, &facts) != 0 || !S_ISREG(facts.st_mode))
        return false;
    out->size = facts.st_size;
    out->modified =
        (moment)facts.st_mtim.tv_sec * 1000 + facts.st_mtim.tv_nsec / 1000000;
    (void)text_format(text, sizeof text, "cleo:%s/%s", folder, name);
    guid_of(text, out->id);
    return true;
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* The folder's files by name; -1 when there is no such folder. */
static int
read_folder(struct sandbox *box, struct call *call, const char *folder,
            struct stored **out)
{
    struct dirent **entries = NULL;
    const char *directory = directory_of(box, call, folder);
    int found = scandir(directory, &entries, NULL, by_name), count = 0;
    if (found < 0)
        return -1;
    *out = arena_alloc(call->arena, ((size_t)found + 1) * sizeof **out);
    for (int i = 0; i < found; i++) {
        struct stored *stored = &(*out)[count];
        stored->name = arena_strdup(call->arena, entries[i]->d_name);
        if (look_at(directory, folder, stored->name, stored))
            count++;
        release(&entries[i]);
    }
    release(&entries);
    return count;
}

static void
list_folder(struct sandbox *box, struct call *call, const char *folder)
{
    struct stored *files = NULL;
    int count = read_folder(box, call, folder, &files);
    const char *from = call_query(call, "startIndex");
    const char *most = call_query(call, "count");
    long start = 0, limit = 100;
    if (count < 0) {
        no(call, 404, "There is no such folder.");
        return;
    }
    if ((from && !text_number(from, FILES_MAX, &start)) ||
        (most && !text_number(most, FILES_MAX, &limit))) {
        no(call, 400, "startIndex and count are numbers.");
        return;
    }
    json_t *list = json_array();
    for (long i = start; i < count && i < start + limit; i++) {
        char stamp[WHEN_STAMP];
        json_array_append_new(
            list,
            json_pack("{s:s,s:s,s:I,s:s,s:{s:{s:o}}}", "id", files[i].id,
                      "name", files[i].name, "size", (json_int_t)files[i].size,
                      "modified", when_stamp(files[i].modified, stamp),
                      "_links", "self", "href",
                      json_sprintf("/api/files/%s/%s", folder, files[i].id)));
    }
    call_answer_json(
        call, 200,
        json_pack("{s:i,s:o}", "totalResults", count, "resources", list));
}

static void
upload(struct sandbox *box, struct call *call, const char *folder,
       const char *name)
{
    struct err err = { 0 };
    struct stored stored;
    const char *directory = directory_of(box, call, folder);
    if (!durable_mkdir(directory, 0750, &err) ||
        !durable_write_view(directory, name, buf_text(&call->body),
                            call->body.size, 0640, &err) ||
        !look_at(directory, folder, name, &stored)) {
        no(call, 500, err.text);
        return;
    }
    const char *transmission =
        arena_printf(call->arena, "T%s",
                     world_number(&box->world, call->arena, "cleo", 100000001));
    json_t *row CLEANUP(json_decrefp) =
        json_pack("{s:s,s:s}", "id", stored.id, "number", name);
    world_effect(&box->world, "upload", "cleo", row, folder);
    call_answer_json(call, 201,
                     json_pack("{s:s,s:s,s:I,s:s}", "id", stored.id, "name",
                               name, "size", (json_int_t)call->body.size,
                               "transmissionId", transmission));
    call_add_header(call, "X-Transmission-Id", transmission);
    call_add_header(
        call, "Location",
        arena_printf(call->arena, "/api/files/%s/%s", folder, stored.id));
}

static void
use_file(struct sandbox *box, struct call *call, const char *folder,
         const char *id)
{
    struct stored *files = NULL;
    struct err err = { 0 };
    int count = read_folder(box, call, folder, &files), i = 0;
    while (i < count && !text_equal(files[i].id, id))
        i++;
    if (i >= count) {
        no(call, 404, "There is no such file.");
        return;
    }
    const char *directory = directory_of(box, call, folder);
    if (call_is(call, "DELETE")) {
        json_t *row CLEANUP(json_decrefp) =
            json_pack("{s:s,s:s}", "id", id, "number", files[i].name);
        if (!durable_remove(directory, files[i].name, &err)) {
            no(call, 500, err.text);
            return;
        }
        world_effect(&box->world, "remove", "cleo", row, folder);
        call_answer(call, 204, NULL, "");
        return;
    }
    call_answer(call, 200, "application/octet-stream", "");
    if (!file_read(arena_printf(call->arena, "%s/%s", directory, files[i].name),
                   FILE_MAX, &call->answer, &err))
        no(call, 500, err.text);
}

static bool
is_id(const char *text)
{
    return strlen(text) == GUID_TEXT - 1 && text[8] == '-' && text[23] == '-';
}

void
cleo_handle(struct sandbox *box, struct call *call)
{
    if (text_equal(call->path, "/api/authentication")) {
        sign_in(box, call);
        return;
    }
    if (!text_starts(call->path, "/api/files/")) {
        no(call, 404, "There is nothing at this address.");
        return;
    }
    if (!signed_in(box, call))
        return;
    char *folder = arena_strdup(call->arena, call->path + 11);
    if (text_ends(folder, "/"))
        folder[strlen(folder) - 1] = '\0';
    char *last = strrchr(folder, '/');
    if (!is_safe(folder)) {
        no(call, 400, "This is no name of a folder or file.");
    } else if (call_is(call, "POST") && last) {
        *last = '\0';
        upload(box, call, folder, last + 1);
    } else if (last && is_id(last + 1)) {
        *last = '\0';
        use_file(box, call, folder, last + 1);
    } else if (call_is(call, "GET")) {
        list_folder(box, call, folder);
    } else {
        no(call, 405, "This method is not allowed here.");
    }
}
