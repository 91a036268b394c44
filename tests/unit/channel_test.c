/* SPDX-License-Identifier: Apache-2.0 */
/* Names, stillness, and the kinds of channel that need no SSH. */
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <utime.h>

#include "base/when.h"
#include "channel/mem.h"
#include "channel_fixture.h"
#include "http_server.h"

static void
checks_names(void)
{
    static const struct {
        const char *name;
        size_t size;
        bool good;
    } cases[] = {
        { "a.edi", 5, true },
        { "", 0, false },
        { ".", 1, false },
        { "..", 2, false },
        { "...", 3, true },
        { "a/b", 3, false },
        { "../../etc", 9, false },
        { "a\\b", 3, false },
        { "a\0b", 3, false },
        { "a\nb", 3, false },
        { "a\x1b[2J", 5, false },
        { "a\x7f", 2, false },
        { "\xc3\xa4.edi", 6, true },
        { "\xe4.edi", 5, false },
        { "\xc0\xaf", 2, false },
        { "\xe0\x80\xaf", 3, false },
        { "\xed\xa0\x80", 3, false },
        { "\xf4\x90\x80\x80", 4, false },
        { "\xf0\x9f\x90\x9f", 4, true },
        { "\xc2\x9b", 2, false },
        { "\xe2\x82", 2, false },
        { "%2e%2e", 6, true },
    };
    char long_name[257];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err failed = { 0 };
        bool good = name_check(cases[i].name, cases[i].size, &failed);
        if (good != cases[i].good)
            printf("# case %zu: %s\n", i, failed.text);
        CHECK(good == cases[i].good);
        CHECK(good || failed.code == TP5043);
    }
    memset(long_name, 'a', sizeof long_name);
    CHECK(name_check(long_name, 255, &err));
    CHECK(!name_check(long_name, 256, &err));
    CHECK(name_waits(".x") && name_waits("x.TMP") && name_waits("x.filepart"));
    CHECK(name_waits("x.part") && !name_waits("x.partner"));
    CHECK(!name_waits("tmp") && !name_waits("x.edi"));
}

static void
takes_only_what_was_still(void)
{
    struct looks *looks = looks_new(1);
    struct listed file = { .name = "a", .size = 5 };

    file.modified = (int64_t)time(NULL) - 5;
    CHECK(looks_still(looks, &file));
    file.modified = (int64_t)time(NULL) + 3600;
    CHECK(!looks_still(looks, &file));
    looks_end(looks);
    CHECK(!looks_still(looks, &file));
    looks_end(looks);
    when_sleep(1050);
    struct listed grown = file;
    grown.size = 6;
    CHECK(!looks_still(looks, &grown));
    CHECK(looks_still(looks, &file));
    looks_end(looks);
    /* Not seen in between: it starts again. */
    looks_end(looks);
    CHECK(!looks_still(looks, &file));
    looks_free(&looks);
    looks = looks_new(0);
    CHECK(looks_still(looks, &file));
    looks_free(&looks);
}

static void
knows_its_kinds(void)
{
    CHECK(channel_kind("sftp") != NULL && channel_kind("mem") != NULL);
    CHECK(channel_kind("stfp") == NULL);
    for (size_t i = 0; channel_kinds()[i] != NULL; i++)
        CHECK(!text_equal(channel_kinds()[i]->name, "mem") &&
              channel_kinds()[i]->settings != NULL);
    CHECK(!open_as("kind = \"stfp\";"));
    CHECK(err.code == TP5050 && strstr(err.text, "did you mean \"sftp\""));
    CHECK(strstr(err.at, "acme.conf:") != NULL);
    CHECK(!open_as("kind = \"sftp\"; user = \"u\";"));
    CHECK(err.code == TP5050 && strstr(err.text, "needs host"));
    CHECK(!open_as("kind = \"sftp\"; host = \"h\"; user = \"u\"; "
                   "temp = \"fixed.tmp\";"));
    CHECK(err.code == TP5050 && strstr(err.text, "temp is"));
}

static void
write_aged(const char *folder, const char *name, const char *text)
{
    char path[256];
    const struct utimbuf old = { time(NULL) - 100, time(NULL) - 100 };

    put(folder, name, text);
    text_format(path, sizeof path, "%s%s/%s", dir, folder, name);
    CHECK(utime(path, &old) == 0);
}

static void
moves_files_through_folders(void)
{
    char settings[512], path[256];
    struct parcel parcels[] = {
        { .name = "a.edi", .bytes = "hello", .size = 5 },
        { .name = "../x", .bytes = "", .size = 0 }
    };

    text_format(settings, sizeof settings,
                "kind = \"dir\"; put = \"%s/to\"; get = \"%s/from\"; "
                "done = \"%s/done\"; max_bytes = 10;",
                dir, dir, dir);
    CHECK_OK(open_as(settings), &err);
    CHECK(!channel->ops->put(channel, parcels, 2, NULL, &err) &&
          err.code == TP5051);
    err_clear(&err);
    put("/to", ".keep", "");
    CHECK_OK(channel->ops->put(channel, parcels, 2, NULL, &err), &err);
    CHECK(parcels[0].sent && strstr(parcels[0].evidence, "5 bytes"));
    CHECK(!parcels[1].sent && parcels[1].err.code == TP5043);
    CHECK(find("a.edi", 5) == FOUND_THERE && find("a.edi", 6) == FOUND_NO);
    write_aged("/from", "one.edi", "12345");
    write_aged("/from", "two.edi.tmp", "1");
    write_aged("/from", "wide.edi", "12345678901");
    put("/from", "new.edi", "1");
    struct listing listing = look();
    CHECK(listing.count == 2 && listing.waiting == 2);
    for (size_t i = 0; i < 2; i++) {
        const struct listed *file = &listing.files[i];
        struct buf bytes = { 0 };
        struct err failed = { 0 };
        bool good = channel->ops->get(channel, file, &bytes, &failed);
        CHECK(good == text_equal(file->name, "one.edi"));
        CHECK(good ? bytes.size == 5 : failed.code == TP5045);
        buf_free(&bytes);
    }
    text_format(path, sizeof path, "%s/done/one.edi", dir);
    struct listed one =
        listing.files[text_equal(listing.files[1].name, "one.edi")];
    one.size = 4; /* replaced since */
    CHECK(!channel->ops->remove(channel, &one, &err) && err.code == TP5046);
    err_clear(&err);
    one.size = 5;
    CHECK_OK(channel->ops->remove(channel, &one, &err), &err);
    CHECK(file_exists(path));
    CHECK_OK(channel->ops->remove(channel, &one, &err), &err);
}

static void
remembers_in_memory(void)
{
    struct parcel parcel = { .name = "a.edi", .bytes = "hello", .size = 5 };
    struct buf bytes = { 0 };

    CHECK_OK(open_as("kind = \"mem\";"), &err);
    CHECK(channel->ops->put(channel, &parcel, 1, NULL, &err) && parcel.sent);
    CHECK(channel_mem_sent(channel, "a.edi", &bytes) && bytes.size == 5);
    CHECK(find("a.edi", 5) == FOUND_THERE && find("a.edi", 6) == FOUND_NO);
    buf_clear(&bytes);
    channel_mem_offer(channel, "b.edi", "hi", 2);
    struct listing listing = look();
    CHECK(listing.count == 1 && listing.files[0].size == 2);
    CHECK_OK(channel->ops->get(channel, listing.files, &bytes, &err), &err);
    CHECK_TEXT(buf_text(&bytes), "hi");
    CHECK(channel->ops->remove(channel, listing.files, &err));
    CHECK(channel_mem_offered_count(channel) == 0);
    buf_free(&bytes);
}

/* Everything arrives exactly once, by asking before repeating. */
static void
fails_by_chance_and_tells_the_truth(void)
{
    unsigned retries = 0, doubts = 0, arrived = 0;

    CHECK_OK(open_as("kind = \"flaky\"; seed = 7; retry = 20; unsure = 20; "
                     "inner = { kind = \"mem\"; };"),
             &err);
    for (int i = 0; i < 200; i++) {
        char name[32];
        struct parcel parcel = { .name = name, .bytes = "x", .size = 1 };
        struct err failed = { 0 };
        struct buf bytes = { 0 };
        text_format(name, sizeof name, "%d.edi", i);
        if (!channel->ops->put(channel, &parcel, 1, NULL, &failed))
            parcel.err = failed;
        bool there =
            channel_mem_sent(channel_flaky_inner(channel), name, &bytes);
        buf_free(&bytes);
        retries += parcel.err.kind == ERR_RETRY;
        doubts += parcel.err.kind == ERR_UNSURE;
        arrived += parcel.err.kind == ERR_UNSURE && there;
        CHECK(parcel.sent ? there : parcel.err.kind != ERR_NONE);
        CHECK(parcel.err.kind != ERR_RETRY || !there);
    }
    CHECK(retries > 40 && doubts > 10 && arrived > 3 && arrived < doubts);
}

/* --- Cleo, against scripted answers */

static struct http_server server;

static bool
open_cleo(const char *const *script, const char *more)
{
    char settings[640];

    http_server_start(&server, script);
    text_format(settings, sizeof settings,
                "kind = \"cleo\"; url = \"http://127.0.0.1:%d\"; "
                "user = \"u\"; password = \"secret:cleo\"; "
                "put = \"/ac me/in\"; get = \"/acme/out/\"; %s",
                server.port, more);
    return open_as(settings);
}

static void
close_cleo(void)
{
    channel_close(&channel);
    http_server_stop(&server);
}

#define TOKEN                      \
    http_answer_text("200 OK", "", \
                     "{\"access_token\":\"t1\",\"expires_in\":3600}")

static void
uploads_to_cleo(void)
{
    const char *script[] = {
        TOKEN,
        http_answer_text("201 Created", "X-Transmission-Id: T77\r\n", "{}"),
        http_answer_text("401 No", "", ""),
        TOKEN,
        http_answer_text("200 OK", "", "{}"),
        http_answer_text("503 Busy", "Retry-After: 9\r\n", ""),
        http_answer_text("500 Oh", "", ""),
        http_answer_text("404 No", "", ""),
        NULL
    };
    struct parcel parcels[5];

    for (size_t i = 0; i < 5; i++)
        parcels[i] =
            (struct parcel){ .name = "a b.edi", .bytes = "ISA*", .size = 4 };
    CHECK_OK(open_cleo(script, ""), &err);
    CHECK(strstr(server.seen->last,
                 "grant_type=password&username=u&password=p%26w"));
    CHECK_OK(channel->ops->put(channel, parcels, 5, NULL, &err), &err);
    CHECK(strstr(server.seen->all[1],
                 "POST /api/files/ac%20me/in/a%20b.edi HTTP/1.1\r\n"));
    CHECK(strstr(server.seen->all[1], "Authorization: Bearer t1\r\n"));
    CHECK(strstr(server.seen->all[1], "\r\n\r\nISA*"));
    CHECK(parcels[0].sent);
    CHECK_TEXT(parcels[0].evidence, "Cleo 201, id T77");
    CHECK(parcels[1].sent);
    CHECK_TEXT(parcels[1].evidence, "Cleo 200, no id told");
    CHECK(parcels[2].err.kind == ERR_THROTTLED &&
          parcels[2].err.retry_after_seconds == 9);
    CHECK(parcels[3].err.kind == ERR_UNSURE);
    CHECK(!parcels[4].sent && parcels[4].err.kind == ERR_DATA);
    close_cleo();
}

static const char *
page(unsigned from, unsigned count)
{
    static char text[8192];
    size_t used = 0;

    used += (size_t)snprintf(text, sizeof text, "{\"resources\":[");
    for (unsigned i = 0; i < count; i++)
        used += (size_t)snprintf(text + used, sizeof text - used,
                                 "%s{\"name\":\"%u.edi\",\"size\":3,\"id\":%u}",
                                 i ? "," : "", from + i, from + i);
    snprintf(text + used, sizeof text - used, "]}");
    return http_answer_text("200 OK", "", text);
}

static void
fetches_from_cleo(void)
{
    const char *script[] = { TOKEN,
                             page(0, 100),
                             page(100, 2),
                             http_answer_text("200 OK", "", "abc"),
                             http_answer_text("200 OK", "", "abcd"),
                             http_answer_text("404 Gone", "", ""),
                             http_answer_text("204 No Content", "", ""),
                             http_answer_text("404 Gone", "", ""),
                             NULL };
    struct buf bytes = { 0 };

    CHECK_OK(open_cleo(script, ""), &err);
    struct listing listing = look();
    CHECK(listing.count == 102);
    CHECK_TEXT(listing.files[101].name, "101.edi");
    CHECK_TEXT(listing.files[101].id, "101");
    CHECK(strstr(server.seen->all[1],
                 "GET /api/files/acme/out?startIndex=0&count=100 "));
    CHECK(strstr(server.seen->last, "?startIndex=100&count=100 "));
    CHECK_OK(channel->ops->get(channel, &listing.files[7], &bytes, &err), &err);
    CHECK_TEXT(buf_text(&bytes), "abc");
    CHECK(strstr(server.seen->last, "GET /api/files/acme/out/7 "));
    CHECK(!channel->ops->get(channel, &listing.files[8], &bytes, &err));
    CHECK(err.code == TP5046 && bytes.size == 3);
    err_clear(&err);
    CHECK(!channel->ops->get(channel, &listing.files[9], &bytes, &err));
    CHECK(err.code == TP5048);
    err_clear(&err);
    CHECK_OK(channel->ops->remove(channel, &listing.files[7], &err), &err);
    CHECK(strstr(server.seen->last, "DELETE /api/files/acme/out/7 "));
    CHECK_OK(channel->ops->remove(channel, &listing.files[7], &err), &err);
    buf_free(&bytes);
    close_cleo();
}

static void
follows_the_templates(void)
{
    const char *script[] = {
        TOKEN,
        http_answer_text("200 OK", "", "{\"data\":{\"id\":77}}"),
        http_answer_text("200 OK", "",
                         "[{\"file\":{\"n\":\"a.edi\"},\"bytes\":4},"
                         "{\"file\":{\"n\":\"bad/name\"}},{\"file\":7}]"),
        http_answer_text("200 OK", "", "{\"nothing\":1}"),
        http_answer_text("200 OK", "", "<html>"),
        NULL
    };
    struct parcel parcel = { .name = "a.edi", .bytes = "ISA*", .size = 4 };
    struct listing listing;

    CHECK_OK(
        open_cleo(script,
                  "token = \"/sign\"; "
                  "upload = { method = \"PUT\"; path = \"/u/{name}\"; "
                  "type = \"application/edi-x12\"; id = \"json:data.id\"; };"
                  "list = { path = \"/l/{folder}\"; name = \"file.n\"; "
                  "size = \"bytes\"; };"),
        &err);
    CHECK(strstr(server.seen->last, "POST /sign "));
    CHECK_OK(channel->ops->put(channel, &parcel, 1, NULL, &err), &err);
    CHECK_TEXT(parcel.evidence, "Cleo 200, id 77");
    CHECK(strstr(server.seen->last, "PUT /u/a.edi ") &&
          strstr(server.seen->last, "Content-Type: application/edi-x12\r\n"));
    CHECK(find("a.edi", 4) == FOUND_THERE);
    CHECK(strstr(server.seen->last, "GET /l/ac%20me/in "));
    CHECK(!channel->ops->list(channel, arena, &listing, &err));
    CHECK(err.code == TP5060 && err.kind == ERR_CONFIG);
    err_clear(&err);
    CHECK(!channel->ops->list(channel, arena, &listing, &err));
    CHECK(err.code == TP5060);
    close_cleo();
}

static void
cannot_sign_in_to_cleo(void)
{
    const char *script[] = { http_answer_text("401 No", "", "{}"), NULL };

    CHECK(!open_cleo(script, ""));
    CHECK(err.code == TP5021 && err.kind == ERR_AUTH);
    close_cleo();
    CHECK(!open_as("kind = \"cleo\"; url = \"http://cleo.example\"; "
                   "user = \"u\"; password = \"secret:cleo\";"));
    CHECK(err.code == TP5011);
}

int
main(void)
{
    if (!fixture_begin())
        return 99;
    RUN(checks_names);
    RUN(takes_only_what_was_still);
    RUN(knows_its_kinds);
    RUN(moves_files_through_folders);
    RUN(remembers_in_memory);
    RUN(fails_by_chance_and_tells_the_truth);
    RUN(uploads_to_cleo);
    RUN(fetches_from_cleo);
    RUN(follows_the_templates);
    RUN(cannot_sign_in_to_cleo);
    channel_close(&channel);
    fixture_end();
    return test_end();
}
