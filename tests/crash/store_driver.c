/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store_driver - a small gateway on the real journal, for crash tests.
 *
 *   store_driver run DIR     works until nothing is due; may be killed anywhere
 *                            and started again. Each durable commit is told on
 *                            standard output, after it happened.
 *   store_driver check DIR TOLD   what was told is there; all proofs hold
 *   store_driver end DIR     after a last run: every effect once, all done
 *
 * The outside world is the file DIR/world, or the one that STORE_DRIVER_WORLD
 * names: a line for each effect, looked at before an effect in doubt is
 * repeated. STORE_DRIVER_DEFECT plants one, to see it found:
 * send-first (the effect before its journal entry), never-ask (an effect in
 * doubt is repeated unasked), blind (memory is used without a look).
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/durable.h"
#include "base/problems.h"
#include "base/text.h"
#include "store/digest.h"
#include "store/journal.h"
#include "store/spool.h"

enum { ORDERS = 3, LARGE = 70 * 1024 };

static struct journal *journal;
static struct err err;
static char home[256], spool[300], world[300];
static const char *defect = "";

#define MUST(call)                    \
    do {                              \
        if (!(call)) {                \
            fputs(#call " ", stderr); \
            err_print(stderr, &err);  \
            exit(75);                 \
        }                             \
    } while (0)

#define EXPECT(condition)                                           \
    do {                                                            \
        if (!(condition)) {                                         \
            fprintf(stderr, "line %d: " #condition "\n", __LINE__); \
            exit(1);                                                \
        }                                                           \
    } while (0)

static void
say(const char *what, const char *which)
{
    char line[400];

    text_format(line, sizeof line, "%s %s\n", what, which);
    if (!file_write_all(STDOUT_FILENO, line, strlen(line))) {
        fputs("TP4003 cannot tell\n", stderr);
        exit(75);
    }
}

/* ---- the outside world */

static bool
world_has(const char *key)
{
    char line[300];
    struct buf text = { 0 };

    if (file_exists(world))
        MUST(file_read(world, 1 << 20, &text, &err));
    text_format(line, sizeof line, "\n%s\n", key);
    bool has = strstr(buf_text(&text), line) != NULL;
    buf_free(&text);
    return has;
}

static void
world_add(const char *key)
{
    char line[300];

    text_format(line, sizeof line, "\n%s\n", key);
    int fd = open(world, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    if (fd < 0 || !file_write_all(fd, line, strlen(line))) {
        fputs("TP4003 the world takes nothing\n", stderr);
        exit(75);
    }
    close(fd);
}

/* ---- arrivals */

/* Three files, one large, one the same as another; put there only once. */
static void
fill_drop_box(void)
{
    static const char *const names[] = { "a.edi", "b.edi", "again.edi" };
    static char bytes[LARGE];
    char in[400], text[512];

    MUST(journal_cursor(journal, "dropped", text, &err));
    if (text[0] != '\0')
        return;
    text_format(in, sizeof in, "%s/in/ACME", spool);
    MUST(durable_mkdir(in, 0750, &err));
    memset(bytes, 'x', sizeof bytes);
    for (int i = 0; i < 3; i++)
        MUST(durable_write(in, names[i], bytes, i == 1 ? (size_t)LARGE : 100U,
                           0640, &err));
    MUST(journal_cursor_set(journal, "dropped", "yes", &err));
}

static void
take(const struct dropped *drop)
{
    struct arrival arrival = { .partner = drop->partner,
                               .channel = "drop",
                               .name = drop->name };
    struct buf bytes = { 0 };
    char sha256[DIGEST_TEXT];
    int64_t id;
    bool known;

    MUST(file_read(drop->path, 1 << 20, &bytes, &err));
    arrival.bytes = bytes.text;
    arrival.size = bytes.size;
    MUST(journal_accept(journal, &arrival, &id, &known, &err));
    digest_sha256(sha256, bytes.text, bytes.size);
    say("accepted", sha256);
    MUST(spool_remove_drop(drop, &err));
    buf_free(&bytes);
}

static void
take_drops(void)
{
    struct arena *arena = arena_new();
    struct dropped *drops;
    size_t count;

    MUST(spool_next_drop(spool, 0, arena, &drops, &count, &err));
    for (size_t i = 0; i < count; i++)
        take(&drops[i]);
    arena_free(&arena);
}

static void
take_apart(struct interchange *arrival)
{
    struct interchange it = { .arrival = arrival->id,
                              .direction = DIRECTION_IN,
                              .state = "received",
                              .size = arrival->size };
    struct document document = { .direction = DIRECTION_IN,
                                 .set = "810",
                                 .kind = "invoice",
                                 .partner = "ACME" };
    bool known;

    text_copy(it.sha256, sizeof it.sha256, arrival->sha256);
    text_copy(document.number, sizeof document.number, arrival->name);
    text_format(document.key, sizeof document.key, "in/%lld",
                (long long)arrival->id);
    MUST(journal_begin(journal, &err));
    MUST(journal_add_interchange(journal, &it, &err));
    document.interchange = it.id;
    MUST(journal_add(journal, &document, &known, &err));
    text_copy(arrival->state, sizeof arrival->state, "split");
    MUST(journal_set_interchange(journal, arrival, &err));
    MUST(journal_commit(journal, &err));
    say("split", document.key);
}

/* ---- orders */

static void
capture_orders(void)
{
    char text[512];
    long last = 0;
    bool known;

    MUST(journal_cursor(journal, "orders", text, &err));
    EXPECT(text[0] == '\0' || text_number(text, ORDERS, &last));
    while (last < ORDERS) {
        struct document order = { .direction = DIRECTION_OUT,
                                  .set = "850",
                                  .kind = "order",
                                  .partner = "ACME" };
        last++;
        text_format(order.number, sizeof order.number, "PO-%ld", last);
        text_format(order.key, sizeof order.key, "out/%ld", last);
        text_format(text, sizeof text, "%ld", last);
        MUST(journal_begin(journal, &err));
        MUST(journal_add(journal, &order, &known, &err));
        MUST(journal_cursor_set(journal, "orders", text, &err));
        MUST(journal_commit(journal, &err));
        EXPECT(!known);
        say("captured", order.key);
    }
}

static void
make_out(struct document *document)
{
    struct interchange it = { .direction = DIRECTION_OUT,
                              .state = "made",
                              .partner = "ACME" };
    char body[100];
    long isa;

    MUST(journal_number(journal, "ACME/isa", 916, &isa, &err));
    text_format(it.control, sizeof it.control, "%09ld", isa);
    text_copy(document->isa, sizeof document->isa, it.control);
    text_format(body, sizeof body, "ISA %s %s", it.control, document->key);
    MUST(journal_add_interchange(journal, &it, &err));
    MUST(journal_keep(journal, &it, body, strlen(body), &err));
    MUST(journal_put(journal, document->id, "x12", body, strlen(body), &err));
    document->interchange = it.id;
}

/* An invoice waits for a code the first time; all else is made at once. */
static void
translate(struct document *document)
{
    bool out = document->direction == DIRECTION_OUT, found;
    char code[128];

    MUST(journal_code(journal, "item", "ACME", "x12", "ours", "A-1", code,
                      &found, &err));
    MUST(journal_begin(journal, &err));
    if (!out && !found) {
        document->state = DOC_HELD;
        text_copy(document->reason, sizeof document->reason, "A-1 is unknown");
        text_copy(document->waits_for, sizeof document->waits_for,
                  "item:ACME:A-1");
        MUST(
            journal_advance(journal, document, DOC_RECEIVED, "held", "", &err));
        MUST(journal_commit(journal, &err));
        say("held", document->key);
        return;
    }
    if (out)
        make_out(document);
    else
        MUST(journal_put(journal, document->id, "record", "{}", 2, &err));
    document->state = DOC_TRANSLATED;
    MUST(journal_advance(journal, document, DOC_RECEIVED, "made", "", &err));
    document->state = DOC_QUEUED;
    MUST(
        journal_advance(journal, document, DOC_TRANSLATED, "queued", "", &err));
    MUST(journal_commit(journal, &err));
    say("queued", document->key);
    if (out)
        say(document->key, document->isa);
}

static void
settle(struct document *document, struct effect *effect)
{
    effect->state = EFFECT_DONE;
    text_copy(effect->evidence, sizeof effect->evidence, "the world has it");
    text_copy(document->evidence, sizeof document->evidence, effect->evidence);
    if (document->direction == DIRECTION_OUT)
        document->delivered = DELIVERED_SENT;
    else
        document->posted = POSTED_POSTED;
    document->state = DOC_DONE;
    MUST(journal_begin(journal, &err));
    MUST(journal_settle(journal, effect, &err));
    MUST(journal_advance(journal, document, DOC_WORKING, "done", "", &err));
    MUST(journal_commit(journal, &err));
    say("done", document->key);
}

static void
work(struct document *document)
{
    struct effect effect = { .document = document->id, .kind = "deliver" };
    enum doc_state from = document->state;

    text_copy(effect.key, sizeof effect.key, document->key);
    MUST(journal_begin(journal, &err));
    MUST(journal_intend(journal, &effect, &err));
    bool doubt = effect.state == EFFECT_ATTEMPTED;
    bool early = text_equal(defect, "send-first");
    if (early && (!doubt || !world_has(effect.key)))
        world_add(effect.key);
    if (from == DOC_QUEUED) {
        document->state = DOC_WORKING;
        MUST(journal_advance(journal, document, from, "working", "", &err));
    }
    MUST(journal_attempt(journal, &effect, &err));
    MUST(journal_commit(journal, &err));
    say("attempted", document->key);
    doubt = doubt && !text_equal(defect, "never-ask");
    if (!early && (!doubt || !world_has(effect.key)))
        world_add(effect.key);
    settle(document, &effect);
}

static size_t
each_due(enum doc_state state, void (*step)(struct document *))
{
    struct doc_filter filter = { .direction = DIRECTION_ANY,
                                 .states = 1U << state };
    struct document due[8];
    size_t count;

    MUST(journal_claim(journal, &filter, 3600, due, 8, &count, &err));
    for (size_t i = 0; i < count; i++)
        step(&due[i]);
    return count;
}

static void
be_blind(void)
{
    char *(*volatile unseen)(const char *) = strdup;

    for (int i = 0; i < 40000; i++)
        free(memset(unseen("a"), 'b', 1));
}

static void
run(void)
{
    struct interchange arrival;
    bool found;

    MUST(journal_end_leases(journal, &err));
    if (text_equal(defect, "blind"))
        be_blind();
    fill_drop_box();
    take_drops();
    for (;;) {
        MUST(journal_next_arrival(journal, 0, &arrival, &found, &err));
        if (!found)
            break;
        take_apart(&arrival);
    }
    capture_orders();
    each_due(DOC_RECEIVED, translate);
    MUST(spool_refresh(journal, spool, &err));
    MUST(journal_code_set(journal, "item", "ACME", "x12", "ours", "A-1",
                          "70000", &err));
    say("code", "A-1");
    while (each_due(DOC_RECEIVED, translate) + each_due(DOC_QUEUED, work) +
               each_due(DOC_WORKING, work) >
           0)
        ;
    MUST(spool_refresh(journal, spool, &err));
}

/* ---- looking */

static void
proofs(void)
{
    struct arena *arena = arena_new();
    struct problems *found = problems_new(arena);

    MUST(journal_verify(journal, found, &err));
    for (const struct problem *p = problems_first(found); p; p = p->next)
        fprintf(stderr, "%s %s: %s\n", err_name(p->code), p->at, p->text);
    EXPECT(problems_errors(found) == 0);
    arena_free(&arena);
}

static bool
count_rows(void *user, int columns, const char *const *names,
           const char *const *values, struct err *e)
{
    (void)columns;
    (void)names;
    (void)values;
    (void)e;
    ++*(int *)user;
    return true;
}

static int
rows(const char *select, const char *text)
{
    int count = 0;

    MUST(journal_query(journal, select, &text, text != NULL, count_rows, &count,
                       &err));
    return count;
}

static void
check_line(const char *what, const char *which)
{
    static const struct {
        const char *what, *select;
    } told[] = {
        { "accepted", "SELECT 1 FROM interchanges WHERE sha256 = ?1" },
        { "split", "SELECT 1 FROM documents WHERE key = ?1" },
        { "captured", "SELECT 1 FROM documents WHERE key = ?1" },
        { "held", "SELECT 1 FROM documents d JOIN events e USING (doc)"
                  " WHERE d.key = ?1 AND e.what = 'held'" },
        { "queued", "SELECT 1 FROM documents WHERE key = ?1 AND state"
                    " IN ('queued', 'working', 'done')" },
        { "attempted", "SELECT 1 FROM effects WHERE key = ?1 AND state"
                       " IN ('attempted', 'done')" },
        { "done", "SELECT 1 FROM documents WHERE key = ?1"
                  " AND state = 'done'" },
        { "code", "SELECT 1 FROM events WHERE what = 'code'"
                  " AND instr(detail, ?1)" },
    };

    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++)
        if (text_equal(what, told[i].what)) {
            if (rows(told[i].select, which) == 0)
                fprintf(stderr, "told, but lost: %s %s\n", what, which);
            EXPECT(rows(told[i].select, which) > 0);
            return;
        }
    EXPECT(text_starts(what, "out/"));
    if (rows("SELECT 1 FROM documents WHERE isa = ?1", which) != 1)
        fprintf(stderr, "told, but lost: %s has %s\n", what, which);
    EXPECT(rows("SELECT 1 FROM documents WHERE isa = ?1", which) == 1);
}

static void
check(const char *told)
{
    struct buf text = { 0 };

    MUST(file_read(told, 1 << 20, &text, &err));
    buf_addc(&text, '\n');
    char *rest = text.text;
    for (char *line; (line = text_word(&rest, "\n")) != NULL;) {
        char *what = text_word(&line, " "), *which = text_word(&line, " ");
        if (which != NULL)
            check_line(what, which);
    }
    buf_free(&text);
    proofs();
}

static void
end(void)
{
    struct arena *arena = arena_new();
    struct problems *found = problems_new(arena);
    struct buf text = { 0 };
    int lines = 0;

    proofs();
    EXPECT(rows("SELECT 1 FROM documents WHERE state = 'done'", NULL) ==
           ORDERS + 2);
    EXPECT(rows("SELECT 1 FROM documents", NULL) == ORDERS + 2);
    EXPECT(rows("SELECT 1 FROM controls WHERE first = 917 AND last = 919",
                NULL) == 1);
    MUST(file_read(world, 1 << 20, &text, &err));
    char *rest = text.text;
    while (text_word(&rest, "\n") != NULL)
        lines++;
    if (lines != ORDERS + 2)
        fprintf(stderr, "%d effects, not %d\n", lines, ORDERS + 2);
    EXPECT(lines == ORDERS + 2);
    MUST(spool_verify(journal, spool, found, &err));
    for (const struct problem *p = problems_first(found); p; p = p->next)
        fprintf(stderr, "%s: %s\n", p->at, p->text);
    EXPECT(problems_errors(found) == 0);
    buf_free(&text);
    arena_free(&arena);
}

int
main(int count, char **words)
{
    EXPECT(count >= 3);
    text_copy(home, sizeof home, words[2]);
    text_format(spool, sizeof spool, "%s/spool", home);
    text_format(world, sizeof world, "%s/world", home);
    if (getenv("STORE_DRIVER_WORLD") != NULL)
        text_copy(world, sizeof world, getenv("STORE_DRIVER_WORLD"));
    if (getenv("STORE_DRIVER_DEFECT") != NULL)
        defect = getenv("STORE_DRIVER_DEFECT");
    MUST(spool_prepare(spool, &err));
    MUST(journal_open(&journal, home, &err));
    if (text_equal(words[1], "run"))
        run();
    else if (text_equal(words[1], "end"))
        end();
    else
        check(words[3]);
    journal_close(&journal);
    return 0;
}
