/* SPDX-License-Identifier: Apache-2.0 */
/* The translator and whoever asks it: the same answers as without it, and what
 * happens to a document that is the end of it, and to its neighbours. */
#include "translate/translator.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/harden.h"
#include "base/when.h"
#include "conf_fixture.h"
#include "translator_fixture.h"

#define THEIRS                                                       \
    PARTNER "vendor = \"V10000\";\n"                                 \
            "send = ( { set = \"850\"; version = \"004010\"; } );\n" \
            "receive = ( { set = \"856\"; version = \"004010\"; } );\n"
#define HEAD                                                                  \
    "ISA*00*          *00*          *ZZ*ACME           *ZZ*CRONUS01       "   \
    "*261122*1200*U*00401*000000007*0*P*>~GS*SH*ACME*CRONUS01*20261122*1200*" \
    "7*X*004010~"
#define NOTICE(st, number, unit)                                   \
    "ST*856*" st "~BSN*00*" number "*20261122*1432*0001~HL*1**S~"  \
    "DTM*011*20261122~HL*2*1*O~PRF*PO-1~HL*3*2*I~LIN*1*VN*BF-220~" \
    "SN1*1*40*" unit "~CTT*3~SE*11*" st "~"
#define TAIL(count) "GE*" count "*7~IEA*1*000000007~"

static const char three[] = HEAD NOTICE("0001", "ASN-1", "CA")
    NOTICE("0002", "ASN-2", "KG") NOTICE("0003", "ASN-3", "CA") TAIL("3");

static struct routes *routes;

static bool
find_text(void *user, const char *name, struct arena *in, const char **path,
          const char **content)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    struct err failed = { 0 };

    (void)user;
    *path = arena_printf(in, "%s/edi/%s", TP_SOURCEDIR, name);
    if (!file_exists(*path) || !file_read(*path, 1 << 24, &text, &failed))
        return false;
    *content = arena_strdup(in, buf_text(&text));
    return true;
}

static struct read_job
job_of(const char *bytes)
{
    buf_free(&telling.said);
    telling = (struct telling){ .arena = arena, .bytes = bytes };
    err_clear(&err);
    return (struct read_job){
        .partner = "ACME", .bytes = bytes, .size = strlen(bytes), .arena = arena
    };
}

/* As flow does it: again, while it may be. */
static bool
read_it(struct read_job *job)
{
    struct read_sum sum;

    while (!translator_read(translator, job, &handler, &sum, &err)) {
        if (!translator_again(translator, job, &err))
            return false;
        buf_clear(&telling.said);
    }
    return true;
}

static void
start(const struct translator_limits *limits,
      void (*touch)(const char *bytes, size_t size))
{
    const struct translator_plan plan = {
        .routes = routes,
        .limits = limits != NULL
                      ? *limits
                      : (struct translator_limits){ 512 << 20, 10, 1000 },
        .touch = touch
    };

    translator_close(&translator);
    err_clear(&err);
    CHECK_OK(translator_open(&translator, &plan, &err), &err);
}

/* ---- cases */

static void
it_says_what_reading_here_says(void)
{
    struct read_job job = job_of(three);
    struct read_sum sum;

    start(NULL, NULL);
    CHECK_OK(translate_read(routes, &job, &handler, &sum, &err), &err);
    const char *here = arena_strdup(arena, buf_text(&telling.said));
    CHECK(strstr(here, "\"number\":\"ASN-3\"") != NULL);
    CHECK(strstr(here, "A 7 997") != NULL);
    CHECK(strstr(here, "unit:") != NULL); /* KG is unknown */
    job = job_of(three);
    CHECK_OK(read_it(&job), &err);
    CHECK_TEXT(buf_text(&telling.said), here);
    job = job_of(three);
    job.bytes = NULL;
    CHECK_OK(read_it(&job), &err);
    CHECK_TEXT(buf_text(&telling.said), here);
    CHECK(telling.codes > 0);
    CHECK(translator_started(translator) == 1);
}

static void
what_is_no_interchange_is_told(void)
{
    struct read_job job = job_of("");
    const char *all = arena_printf(arena, "hello %s rest%s\n", three, "ISA*00");
    struct read_sum sum;

    job = job_of(all);
    CHECK_OK(translator_read(translator, &job, &handler, &sum, &err), &err);
    CHECK(strstr(buf_text(&telling.said), "J 0 5\n") != NULL);
    job = job_of("no interchange at all");
    CHECK_OK(translator_read(translator, &job, &handler, &sum, &err), &err);
    CHECK(sum.interchanges == 0 && sum.why[0] != '\0');
}

static struct record *
order(const char *number)
{
    struct record *record = record_new(RECORD_ORDER);

    record_set(record, "number", number);
    record_set(record, "purpose", "original");
    record_set(record, "date", "2026-11-22");
    record_set(record, "vendor", "V10000");
    record_set(record, "currency", "USD");
    record_set(record, "lines[0].line", "1");
    record_set(record, "lines[0].item", "70000");
    record_set(record, "lines[0].quantity", "40");
    record_set(record, "lines[0].unit", "CASE");
    record_set(record, "lines[0].price", "155.7");
    return record;
}

static bool
make_it(const char *number, struct made *made)
{
    CLEANUP(record_free) struct record *record = order(number);
    const struct make_job job = { "ACME", "850", false, record };

    err_clear(&err);
    return translator_make(translator, &job, &handler, arena, made, &err);
}

static void
it_makes_what_making_here_makes(void)
{
    CLEANUP(record_free) struct record *record = order("PO-1");
    const struct make_job job = { "ACME", "850", false, record };
    struct made here, there;

    CHECK_OK(translate_make(routes, &job, &handler, arena, &here, &err), &err);
    CHECK_OK(make_it("PO-1", &there), &err);
    CHECK_TEXT(there.group, here.group);
    CHECK_TEXT(there.findings, here.findings);
    CHECK_TEXT(there.why, here.why);
    CHECK(there.count == here.count && here.failed.kind == ERR_NONE);
    CHECK(problems_errors(there.found) == problems_errors(here.found));
    CHECK(here.set != NULL && there.set != NULL);
    CHECK(there.set->segments == here.set->segments);
    const struct x12_node *a = here.set->first, *b = there.set->first;
    for (; a != NULL && b != NULL; a = x12_following(a), b = x12_following(b)) {
        CHECK_TEXT(b->segment.id, a->segment.id);
        CHECK(b->segment.count == a->segment.count);
    }
    CHECK(a == NULL && b == NULL);
}

/* A set at which it ends twice is refused alone. */
static void
a_deadly_set_harms_no_other(void)
{
    struct read_job job = job_of(three);

    telling.deadly = "KG";
    telling.kills = 100;
    unsigned before = translator_started(translator);
    CHECK_OK(read_it(&job), &err);
    CHECK(translator_started(translator) == before + 2);
    const char *said = buf_text(&telling.said);
    CHECK(strstr(said, "\"number\":\"ASN-1\"") != NULL);
    CHECK(strstr(said, "\"number\":\"ASN-2\"") == NULL);
    CHECK(strstr(said, "TP7080") != NULL);
    CHECK(strstr(said, "\"number\":\"ASN-3\"") != NULL);
}

static void
an_accident_is_not_the_documents_fault(void)
{
    struct read_job job = job_of(three);

    telling.deadly = "KG";
    telling.kills = 1;
    CHECK_OK(read_it(&job), &err);
    CHECK(strstr(buf_text(&telling.said), "\"number\":\"ASN-2\"") != NULL);
    CHECK(strstr(buf_text(&telling.said), "TP7080") == NULL);
}

static bool
has(const char *bytes, size_t size, const char *word)
{
    return memmem(bytes, size, word, strlen(word)) != NULL;
}

/* What a translator that was turned would try. */
static void
misbehave(const char *bytes, size_t size)
{
    char program[] = "/bin/true";
    char *const words[] = { program, NULL };

    if (has(bytes, size, "OPEN"))
        open("/etc/passwd", O_RDONLY | O_CLOEXEC);
    if (has(bytes, size, "SOCKET"))
        socket(AF_INET, SOCK_STREAM, 0);
    if (has(bytes, size, "EXECVE"))
        execve(program, words, NULL);
    if (has(bytes, size, "KILL"))
        kill(getppid(), SIGTERM);
    if (has(bytes, size, "CRASH"))
        raise(SIGSEGV);
    while (has(bytes, size, "LOOP"))
        continue;
    for (size_t much = 1 << 20; has(bytes, size, "HUNGRY"); much *= 2)
        memset(obtain(much), 1, much);
    if (has(bytes, size, "NONSENSE") && write(0, "what?????????", 13) < 0)
        return;
    if (has(bytes, size, "SILENT"))
        usleep(30000000);
}

/* Held with this code and reason, while the next one passes. */
static void
is_refused(const char *what, enum err_code code, const char *why)
{
    struct read_job job = job_of(what);

    CHECK(!read_it(&job));
    if (err.code != code || strstr(err.text, why) == NULL)
        printf("# %s: %s %s\n", what, err_name(err.code), err.text);
    CHECK(err.code == code && err.kind == ERR_DATA);
    CHECK(strstr(err.text, why) != NULL);
    job = job_of(three);
    CHECK_OK(read_it(&job), &err);
}

static void
what_it_may_not_do_ends_it(void)
{
    static const char *const calls[] = { "OPEN", "SOCKET", "EXECVE", "KILL" };
    const struct translator_limits limits = { 512 << 20, 1, 1000 };

    start(&limits, misbehave);
    for (size_t i = 0; !SANITIZED && i < 4; i++)
        is_refused(calls[i], TP7080, "system call");
}

static void
a_document_that_ends_it_is_refused(void)
{
    struct made made;

    is_refused("CRASH", TP7080, "signal 11");
    is_refused("NONSENSE", TP7080, "no sense");
    is_refused("LOOP", TP7081, "longer");
    if (!SANITIZED)
        is_refused("HUNGRY", TP7080, "translator_megabytes");
    CHECK(!make_it("CRASH", &made) && err.code == TP7080);
    CHECK_OK(make_it("PO-2", &made), &err);
}

static void
end_at_all(const char *bytes, size_t size)
{
    (void)bytes, (void)size;
    raise(SIGSEGV);
}

/* No document is to blame when nothing can be read. */
static void
one_that_ends_at_all_is_no_documents_fault(void)
{
    struct read_job job = job_of(three);
    struct made made;

    start(NULL, end_at_all);
    CHECK(!read_it(&job));
    CHECK(err.code == TP7082 && err.kind == ERR_RETRY);
    CHECK(strstr(err.text, "signal 11") != NULL);
    CHECK(!make_it("PO-1", &made) && err.code == TP7082);
}

static void
one_that_says_nothing_is_not_waited_for(void)
{
    int64_t begun = when_steady();
    struct read_job job = job_of("SILENT");
    struct read_sum sum;

    if (!SANITIZED) { /* it may not even sleep */
        is_refused("SILENT", TP7080, "system call");
        return;
    }
    CHECK(!translator_read(translator, &job, &handler, &sum, &err));
    CHECK(err.code == TP7081 && when_steady() - begun < 20000000000);
}

static void
the_askers_failure_ends_the_job(void)
{
    struct read_job job = job_of(three);

    start(NULL, NULL);
    telling.refuses = true;
    CHECK(!read_it(&job));
    CHECK(err.code == TP4020);
    job = job_of(three);
    CHECK_OK(read_it(&job), &err);
}

static const char *
status_of(const char *name)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    struct err failed = { 0 };
    const char *path =
        arena_printf(arena, "/proc/%d/status", translator_process(translator));

    CHECK_OK(file_read(path, 1 << 16, &text, &failed), &failed);
    const char *line = strstr(buf_text(&text), name);
    CHECK(line != NULL);
    line += strlen(name);
    line += strspn(line, ":\t ");
    return arena_strndup(arena, line, strcspn(line, "\n"));
}

static void
it_holds_nothing_but_its_socket(void)
{
    const char *path =
        arena_printf(arena, "/proc/%d/fd", translator_process(translator));
    char target[64] = { 0 };
    int count = 0;

    CHECK_TEXT(status_of("NoNewPrivs"), "1");
    if (!SANITIZED)
        CHECK_TEXT(status_of("Seccomp"), "2");
    CHECK_TEXT(status_of("CapEff"), "0000000000000000");
    CHECK_TEXT(status_of("CapBnd"), "0000000000000000");
    CHECK_TEXT(status_of("Name"), "tp-translator");
    DIR *all = opendir(path);
    CHECK(all != NULL);
    for (struct dirent *entry; (entry = readdir(all)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        count++;
        if (readlinkat(dirfd(all), entry->d_name, target, 63) < 0)
            count = 99;
    }
    closedir(all);
    CHECK(count == 1);
    CHECK(text_starts(target, "socket:"));
}

static void
it_is_replaced_after_its_share(void)
{
    const struct translator_limits limits = { 512 << 20, 10, 8 };

    start(&limits, NULL);
    for (int i = 0; i < 5; i++) {
        struct read_job job = job_of(three); /* counts for four */
        CHECK_OK(read_it(&job), &err);
    }
    CHECK(translator_started(translator) == 3);
}

static void
without_a_nursery_it_says_so(void)
{
    struct read_job job = job_of(three);

    start(NULL, NULL);
    CHECK_OK(read_it(&job), &err);
    long parent = strtol(status_of("PPid"), NULL, 10);
    CHECK(parent > 1 && parent != getpid());
    kill((pid_t)parent, SIGKILL);
    job = job_of(three);
    bool good = read_it(&job);
    if (good) { /* it had not yet heard of it */
        when_sleep(100);
        job = job_of(three);
        good = read_it(&job);
    }
    CHECK(!good && err.code == TP7082 && err.kind == ERR_RETRY);
}

int
main(void)
{
    fixture_begin();
    const struct map_sources sources = { find_text, NULL };

    if (!load(COMPANY, THEIRS) || problems_errors(found) > 0) {
        printf("# %s\nBail out! no settings\n", said());
        return 1;
    }
    routes = routes_open(conf, &sources, arena, found);
    if (problems_errors(found) > 0)
        printf("# %s\n", said());
    RUN(it_says_what_reading_here_says);
    RUN(what_is_no_interchange_is_told);
    RUN(it_makes_what_making_here_makes);
    RUN(a_deadly_set_harms_no_other);
    RUN(an_accident_is_not_the_documents_fault);
    RUN(what_it_may_not_do_ends_it);
    RUN(a_document_that_ends_it_is_refused);
    RUN(one_that_says_nothing_is_not_waited_for);
    RUN(one_that_ends_at_all_is_no_documents_fault);
    RUN(the_askers_failure_ends_the_job);
    RUN(it_holds_nothing_but_its_socket);
    RUN(it_is_replaced_after_its_share);
    RUN(without_a_nursery_it_says_so);
    translator_close(&translator);
    buf_free(&telling.said);
    routes_close(&routes);
    fixture_end();
    return test_end();
}
