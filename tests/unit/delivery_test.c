/* SPDX-License-Identifier: Apache-2.0 */
/* The two phases of a delivery: what is there when ready is called, and what a
 * file that is absent afterwards means. */
#include <sys/stat.h>
#include <time.h>
#include <utime.h>

#include "base/durable.h"
#include "channel_fixture.h"
#include "http_server.h"

/* What ready saw. */
static struct {
    unsigned calls, begun, sent; /* sent: requests or files at that time */
    bool refuses, staged;
    char evidence[160];
} saw;

static bool
there(const char *name)
{
    char path[256];

    text_format(path, sizeof path, "%s/to/%s", dir, name);
    return file_exists(path);
}

static void
take_away(const char *name)
{
    char folder[256];

    text_format(folder, sizeof folder, "%s/to", dir);
    CHECK(there(name));
    CHECK(durable_remove(folder, name, &err));
}

static bool
note(void *user, struct parcel *parcels, size_t count, struct err *failed)
{
    (void)user;
    saw.calls++;
    for (size_t i = 0; i < count; i++)
        saw.begun += parcels[i].begun;
    text_copy(saw.evidence, sizeof saw.evidence, parcels[0].evidence);
    if (text_equal(channel->ops->name, "mem"))
        saw.sent = (unsigned)channel_mem_sent_count(channel);
    if (text_equal(channel->ops->name, "dir")) {
        saw.sent = there("a.edi") || there("b.edi");
        saw.staged = there(".a.edi.tmp") && there(".b.edi.tmp");
    }
    return !saw.refuses || err_set(failed, TP4003, "the disk is full");
}

static const struct channel_ready ready = { note, NULL };

static struct parcel parcels[3];

/* Two that may be sent, and one whose name is none. */
static void
put_three(void)
{
    static const char *const names[] = { "a.edi", "b.edi", "../x" };
    bool refuses = saw.refuses;

    memset(&saw, 0, sizeof saw);
    saw.refuses = refuses;
    for (size_t i = 0; i < 3; i++)
        parcels[i] =
            (struct parcel){ .name = names[i], .bytes = "hello", .size = 5 };
    CHECK_OK(channel->ops->put(channel, parcels, 3, &ready, &err), &err);
}

static bool
open_dir(const char *more)
{
    char settings[700];

    text_format(settings, sizeof settings,
                "kind = \"dir\"; put = \"%s/to\"; get = \"%s/from\"; %s", dir,
                dir, more);
    if (!open_as(settings))
        return false;
    put("/to", ".keep", "");
    put("/from", ".keep", "");
    return true;
}

static void
says_ready_between_upload_and_rename(void)
{
    for (int i = 0; i < 2; i++) {
        CHECK_OK(i ? open_dir("") : open_as("kind = \"mem\";"), &err);
        put_three();
        CHECK(saw.calls == 1 && saw.begun == 2 && saw.sent == 0);
        CHECK(saw.staged == (i == 1));
        CHECK(parcels[0].sent && parcels[1].sent && !parcels[2].sent);
        CHECK(parcels[2].err.code == TP5043);
    }
    CHECK_TEXT(saw.evidence, "5 bytes written as .a.edi.tmp, to be renamed");
    CHECK(there("a.edi") && !there(".a.edi.tmp"));
}

static void
gives_no_name_when_the_journal_refuses(void)
{
    saw.refuses = true;
    for (int i = 0; i < 2; i++) {
        CHECK_OK(i ? open_dir("") : open_as("kind = \"mem\";"), &err);
        put_three();
        CHECK(saw.calls == 1 && !parcels[0].sent && !parcels[1].sent);
        CHECK(parcels[0].err.code == TP4003 && parcels[1].err.code == TP4003);
        CHECK(parcels[2].err.code == TP5043);
        /* The temporary copy tells. */
        CHECK(find("a.edi", 5) == FOUND_NO);
    }
    CHECK(!there("a.edi") && there(".a.edi.tmp"));
    saw.refuses = false;
}

/* Of two in one batch, one is taken, and the other was never renamed. */
static void
judges_each_by_itself(void)
{
    CHECK_OK(open_dir(""), &err);
    put_three();
    take_away("a.edi");
    take_away("b.edi");
    put("/to", ".b.edi.tmp", "hello");
    CHECK(find("a.edi", 5) == FOUND_TAKEN && find("b.edi", 5) == FOUND_NO);
    put("/to", "b.edi", "hello");
    CHECK(find("b.edi", 5) == FOUND_THERE && find("b.edi", 6) == FOUND_NO);
    CHECK_OK(open_as("kind = \"mem\";"), &err);
    put_three();
    channel_mem_take(channel, "a.edi");
    CHECK(find("a.edi", 5) == FOUND_TAKEN && find("b.edi", 5) == FOUND_THERE);
}

static void
obeys_what_absent_says(void)
{
    CHECK_OK(open_dir("absent = \"taken\";"), &err);
    CHECK(find("z.edi", 5) == FOUND_TAKEN);
    CHECK_OK(open_dir("absent = \"unsent\";"), &err);
    CHECK(find("z.edi", 5) == FOUND_NO);
    CHECK_OK(open_dir("absent = \"unknown\";"), &err);
    CHECK(find("z.edi", 5) == FOUND_UNKNOWN);
    put("/to", ".z.edi.tmp", "hello");
    CHECK(find("z.edi", 5) == FOUND_NO);
    CHECK(!open_as("kind = \"sftp\"; host = \"h\"; user = \"u\"; "
                   "temp = \"none\"; absent = \"taken\";"));
    CHECK(err.code == TP5050 && strstr(err.text, "absent is \"taken\""));
}

/* A partner takes each file at once, and what is in doubt is asked for. */
static void
is_taken_exactly_once_whatever_breaks(void)
{
    unsigned doubts = 0, taken = 0;

    CHECK_OK(open_as("kind = \"flaky\"; seed = 7; retry = 20; unsure = 40; "
                     "inner = { kind = \"mem\"; };"),
             &err);
    struct channel *inner = channel_flaky_inner(channel);
    for (int i = 0; i < 100; i++) {
        char name[32];
        enum channel_found answer = FOUND_NO;
        text_format(name, sizeof name, "%d.edi", i);
        while (answer == FOUND_NO) {
            struct parcel parcel = { .name = name, .bytes = "x", .size = 1 };
            struct err failed = { 0 };
            if (!channel->ops->put(channel, &parcel, 1, NULL, &failed))
                parcel.err = failed;
            taken += (unsigned)channel_mem_sent_count(inner);
            channel_mem_take(inner, name);
            if (parcel.sent)
                break;
            doubts += parcel.err.kind == ERR_UNSURE;
            while (parcel.err.kind == ERR_UNSURE &&
                   !channel->ops->find(channel, name, 1, &answer, &failed))
                err_clear(&failed);
        }
    }
    CHECK(taken == 100 && doubts > 20);
}

static void
lists_the_oldest_first(void)
{
    static const char *const names[] = { "c.edi", "a.edi", "b.edi" };
    struct utimbuf times = { time(NULL) - 900, time(NULL) - 900 };
    char path[256];

    CHECK_OK(open_dir(""), &err);
    for (size_t i = 0; i < 3; i++) {
        put("/from", names[i], "x");
        text_format(path, sizeof path, "%s/from/%s", dir, names[i]);
        CHECK(utime(path, &times) == 0);
        times.modtime += i == 0 ? 60 : 0;
    }
    struct listing listing = look();
    CHECK(listing.count == 3);
    for (size_t i = 0; i < listing.count; i++)
        CHECK_TEXT(listing.files[i].name, names[i]);
}

/* --- Cleo: one request, no temporary name */

static struct http_server server;

#define TOKEN                      \
    http_answer_text("200 OK", "", \
                     "{\"access_token\":\"t1\",\"expires_in\":3600}")

static bool
open_cleo(const char *const *script, const char *more)
{
    char settings[640];

    http_server_start(&server, script);
    text_format(settings, sizeof settings,
                "kind = \"cleo\"; url = \"http://127.0.0.1:%d\"; "
                "user = \"u\"; password = \"secret:cleo\"; put = \"/in\"; %s",
                server.port, more);
    return open_as(settings);
}

static void
is_ready_before_each_upload_to_cleo(void)
{
    static const char *const more[] = { "", "absent = \"unsent\";" };
    static const enum channel_found answers[] = { FOUND_UNKNOWN, FOUND_NO };
    const char *script[] = { TOKEN, http_answer_text("201 Created", "", "{}"),
                             http_answer_text("500 Oh", "", ""),
                             http_answer_text("200 OK", "", "[]"), NULL };

    for (size_t i = 0; i < 2; i++) {
        CHECK_OK(open_cleo(script, more[i]), &err);
        put_three();
        CHECK(saw.calls == 2 && saw.begun == 2);
        CHECK(parcels[0].sent && parcels[1].err.kind == ERR_UNSURE);
        CHECK(find("b.edi", 5) == answers[i]);
        channel_close(&channel);
        http_server_stop(&server);
    }
    saw.refuses = true;
    CHECK_OK(open_cleo(script, ""), &err);
    put_three();
    CHECK(saw.calls == 2 && parcels[0].err.code == TP4003);
    CHECK(server.seen->requests == 1); /* the sign-in alone */
    channel_close(&channel);
    http_server_stop(&server);
    saw.refuses = false;
}

int
main(void)
{
    if (!fixture_begin())
        return 99;
    RUN(says_ready_between_upload_and_rename);
    RUN(gives_no_name_when_the_journal_refuses);
    RUN(judges_each_by_itself);
    RUN(obeys_what_absent_says);
    RUN(is_taken_exactly_once_whatever_breaks);
    RUN(lists_the_oldest_first);
    RUN(is_ready_before_each_upload_to_cleo);
    channel_close(&channel);
    fixture_end();
    return test_end();
}
