/* SPDX-License-Identifier: Apache-2.0 */
/* The views that people see, and the drop box that they fill. */
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store/spool.h"
#include "store_fixture.h"

static char spool[128];

static void
fresh_spool(void)
{
    fresh();
    snprintf(spool, sizeof spool, "%s/spool", dir);
    CHECK_OK(spool_prepare(spool, &err), &err);
}

/* The text of a view of a document made now, or NULL. */
static const char *
view(const char *folder, const char *name)
{
    struct buf text = { 0 };
    char path[512], date[16];

    when_format(when_now(), NULL, "%Y/%m/%d", date, sizeof date);
    snprintf(path, sizeof path, "%s/%s/%s/%s", spool, folder, date, name);
    if (!file_exists(path))
        return NULL;
    CHECK_OK(file_read(path, 1 << 20, &text, &err), &err);
    char *copy = arena_strdup(arena, buf_text(&text));
    buf_free(&text);
    return copy;
}

static size_t
differences(void)
{
    struct problems *found = problems_new(arena);

    CHECK_OK(spool_verify(journal, spool, found, &err), &err);
    for (const struct problem *p = problems_first(found); p; p = p->next)
        printf("#   %s: %s\n", p->at, p->text);
    return problems_errors(found);
}

static struct document
sent_order(void)
{
    struct document d = order("BLUEFISH", "PO-106233");
    bool known;

    text_copy(d.isa, sizeof d.isa, "000000918");
    CHECK_OK(journal_add(journal, &d, &known, &err), &err);
    CHECK_OK(journal_put(journal, d.id, "x12", "ISA*00~", 7, &err), &err);
    return d;
}

static void
a_document_moves_through_the_views(void)
{
    fresh_spool();
    struct document d = sent_order();
    const char *name = "850_PO-106233_BLUEFISH_000000918.edi";
    CHECK_OK(spool_refresh(journal, spool, &err), &err);
    CHECK_TEXT(view("out", name), "ISA*00~");
    CHECK(differences() == 0);
    go(&d, DOC_TRANSLATED);
    go(&d, DOC_QUEUED);
    go(&d, DOC_WORKING);
    go(&d, DOC_DONE);
    CHECK_OK(spool_refresh(journal, spool, &err), &err);
    CHECK(view("out", name) == NULL);
    CHECK_TEXT(view("sent", name), "ISA*00~");
    CHECK(differences() == 0);
}

static void
a_hold_says_why_beside_it(void)
{
    fresh_spool();
    struct document d = sent_order();
    d.code = TP4020;
    text_copy(d.waits_for, sizeof d.waits_for, "item:BLUEFISH:BF 220");
    go(&d, DOC_HELD);
    CHECK_OK(spool_refresh(journal, spool, &err), &err);
    const char *why = view("hold", "850_PO-106233_BLUEFISH_000000918.edi.why");
    CHECK(why != NULL);
    CHECK(strstr(why, "a reason") != NULL);
    CHECK(strstr(why, "item:BLUEFISH:BF 220") != NULL);
    CHECK(strstr(why, "tradepost lookup set item 'BF 220' OURS "
                      "--partner BLUEFISH") != NULL);
    CHECK(strstr(why, "tradepost doc release 1") != NULL);
    CHECK_OK(journal_code_set(journal, "item", "BLUEFISH", "x12", "ours",
                              "BF 220", "70000", &err),
             &err);
    CHECK_OK(spool_refresh(journal, spool, &err), &err);
    CHECK(view("hold", "850_PO-106233_BLUEFISH_000000918.edi.why") == NULL);
    CHECK(view("out", "850_PO-106233_BLUEFISH_000000918.edi") != NULL);
    CHECK(differences() == 0);
}

static void
names_are_safe_and_distinct(void)
{
    fresh_spool();
    struct document a = order("AC/ME", "../../etc/pass wd\n"), b;
    bool known;
    CHECK_OK(journal_add(journal, &a, &known, &err), &err);
    b = a;
    b.key[0] = '\0';
    CHECK_OK(journal_add(journal, &b, &known, &err), &err);
    CHECK_OK(spool_refresh(journal, spool, &err), &err);
    CHECK(view("out", "850_.--.--etc-pass-wd-_AC-ME_d1.txt") != NULL);
    CHECK(view("out", "850_.--.--etc-pass-wd-_AC-ME_d2.txt") != NULL);
    CHECK(differences() == 0);
    struct document c = sent_order(), d = c;
    d.key[0] = '\0';
    CHECK_OK(journal_add(journal, &d, &known, &err), &err);
    CHECK_OK(spool_refresh(journal, spool, &err), &err);
    CHECK(view("out", "850_PO-106233_BLUEFISH_000000918.edi") != NULL);
    CHECK(view("out", "850_PO-106233_BLUEFISH_000000918_d4.txt") != NULL);
}

static void
differences_are_found_and_rebuilt(void)
{
    fresh_spool();
    struct document d = sent_order();
    char path[512], date[16];
    go(&d, DOC_HELD);
    CHECK_OK(spool_refresh(journal, spool, &err), &err);
    when_format(when_now(), NULL, "%Y/%m/%d", date, sizeof date);
    snprintf(path, sizeof path, "%s/hold/%s", spool, date);
    CHECK_OK(durable_write(path, "850_PO-106233_BLUEFISH_000000918.edi", "x", 1,
                           0640, &err),
             &err);
    CHECK_OK(durable_write(path, "mine.txt", "x", 1, 0640, &err), &err);
    CHECK_OK(
        durable_remove(path, "850_PO-106233_BLUEFISH_000000918.edi.why", &err),
        &err);
    CHECK(differences() == 3);
    CHECK_OK(spool_rebuild(journal, spool, &err), &err);
    CHECK(differences() == 0);
    CHECK_TEXT(view("hold", "850_PO-106233_BLUEFISH_000000918.edi"), "ISA*00~");
    CHECK(problems_now() == 0);
}

/* ---- the drop box */

static void
drop(const char *partner, const char *name, const char *text)
{
    char path[256];

    snprintf(path, sizeof path, "%s/in/%s", spool, partner);
    CHECK_OK(durable_mkdir(path, 0750, &err), &err);
    CHECK_OK(durable_write(path, name, text, strlen(text), 0640, &err), &err);
}

static size_t
drops(long still_seconds, struct dropped **out)
{
    size_t count;

    CHECK_OK(spool_next_drop(spool, still_seconds, arena, out, &count, &err),
             &err);
    return count;
}

static const char whole[] =
    "ISA*00*          *00*          *ZZ*BLUEFISH01     *ZZ*CRONUS01       "
    "*251122*0858*U*00401*000000918*0*P*>~GS*IN*A*B~IEA*1*000000918~\r\n";

static void
a_file_is_taken_when_it_is_whole(void)
{
    static const struct {
        const char *name;
        const char *text;
        bool now, later;
    } cases[] = {
        { "whole.edi", whole, true, true },
        { "plain.csv", "a,b\n", false, true },
        { ".hidden", whole, false, false },
        { "po.edi.tmp", whole, false, false },
        { "po.PART", whole, false, false },
        { "po.filepart", whole, false, false },
        { "parting", "x", false, true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dropped *found;
        fresh_spool();
        drop("BLUEFISH", cases[i].name, cases[i].text);
        CHECK(drops(30, &found) == cases[i].now);
        if (cases[i].now) {
            CHECK_TEXT(found->partner, "BLUEFISH");
            CHECK_TEXT(found->name, cases[i].name);
        }
        CHECK(drops(0, &found) == cases[i].later);
    }
}

static void
an_interchange_is_whole_only_with_its_own_iea(void)
{
    struct dropped *found;
    char text[sizeof whole];
    fresh_spool();
    memcpy(text, whole, sizeof text);
    drop("A", "no-newline.edi", text);
    strstr(text, "IEA*1*000000918")[14] = '9';
    drop("A", "other-number.edi", text);
    *strstr(text, "IEA") = '\0';
    drop("A", "no-end.edi", text);
    CHECK(drops(30, &found) == 1);
    CHECK_TEXT(found->name, "no-newline.edi");
}

static void
a_file_that_is_being_written_waits(void)
{
    struct dropped *found;
    char path[256];
    fresh_spool();
    drop("A", "a.edi", whole);
    snprintf(path, sizeof path, "%s/in/A/a.edi", spool);
    int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    CHECK(fd >= 0);
    size_t open_count = drops(0, &found);
    close(fd);
    CHECK(open_count == 0);
    CHECK(drops(0, &found) == 1);
}

static void
only_what_was_read_is_removed(void)
{
    struct dropped *found;
    char path[256];
    fresh_spool();
    drop("A", "a.edi", whole);
    drop("", "b.edi", whole);
    CHECK(drops(30, &found) == 2);
    CHECK_TEXT(found[0].name, "a.edi");
    CHECK_TEXT(found[1].partner, "");
    snprintf(path, sizeof path, "%s/in/A/a.edi", spool);
    int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    CHECK(fd >= 0 && write(fd, "x", 1) == 1);
    close(fd);
    refused(spool_remove_drop(&found[0], &err), TP4033);
    CHECK(file_exists(path));
    CHECK_OK(spool_remove_drop(&found[1], &err), &err);
    CHECK(!file_exists(found[1].path));
    CHECK_OK(spool_remove_drop(&found[1], &err), &err);
}

int
main(void)
{
    RUN(a_document_moves_through_the_views);
    RUN(a_hold_says_why_beside_it);
    RUN(names_are_safe_and_distinct);
    RUN(differences_are_found_and_rebuilt);
    RUN(a_file_is_taken_when_it_is_whole);
    RUN(an_interchange_is_whole_only_with_its_own_iea);
    RUN(a_file_that_is_being_written_waits);
    RUN(only_what_was_read_is_removed);
    return ended();
}
