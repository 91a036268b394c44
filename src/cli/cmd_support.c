/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody who helps needs to see: never a secret, and no document's
 * bytes but of those that were asked for by name. */
#include <curl/curl.h>
#include <jansson.h>
#include <libssh2.h>
#include <libxml/xmlversion.h>
#include <openssl/crypto.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/utsname.h>

#include "base/durable.h"
#include "cli/commands.h"
#include "cli/kinds.h"
#include "cli/out.h"
#include "config.h"
#include "flow/flow.h"
#include "store/bundle.h"
#include "store/journal.h"
#include "store/spool.h"

struct support {
    struct cli *cli;
    struct bundle bundle;
    struct buf text; /* of the file that is being made */
};

/* ---- files: each fills text; a failure is what the file tells */

static bool
versions(struct support *it, struct err *err)
{
    struct utsname system;
    struct buf *out = &it->text;
    struct err ignored = { 0 };

    (void)err;
    buf_addf(out, "%s\n", PACKAGE_STRING);
    buf_addf(out, "SQLite %s\n%s\n%s\nlibssh2 %s\njansson %s\nlibxml2 %s\n",
             sqlite3_libversion(), OpenSSL_version(OPENSSL_VERSION),
             curl_version(), libssh2_version(0), jansson_version_str(),
             LIBXML_DOTTED_VERSION);
    if (uname(&system) == 0)
        buf_addf(out, "%s %s %s\n", system.sysname, system.release,
                 system.machine);
    /* Not every system has it. */
    if (!file_read("/etc/os-release", 1 << 16, out, &ignored))
        buf_adds(out, "/etc/os-release could not be read\n");
    return true;
}

static bool
settings(struct support *it, struct err *err)
{
    (void)err;
    conf_outline(it->cli->conf, &it->text);
    return true;
}

static void
add_problems(struct buf *out, const struct problems *found)
{
    for (const struct problem *p = problems_first(found); p; p = p->next)
        buf_addf(out, "%s%s%s%s [%s]\n", p->at, p->at[0] ? ": " : "",
                 p->warning ? "warning: " : "", p->text, err_name(p->code));
    if (problems_first(found) == NULL)
        buf_adds(out, "nothing is wrong\n");
}

static bool
check(struct support *it, struct err *err)
{
    struct problems *found = problems_new(it->cli->arena);

    kinds_check(it->cli->conf, true, found);
    if (!flow_check(it->cli->conf, false, found, err))
        return false;
    add_problems(&it->text, it->cli->found);
    add_problems(&it->text, found);
    return true;
}

static bool
status(struct support *it, struct err *err)
{
    struct journal_counts counts;
    struct space space;

    if (!journal_counts(it->cli->journal, &counts, err) ||
        !journal_space(it->cli->journal, &space, err))
        return false;
    for (int i = 0; i < DOC_STATES; i++)
        buf_addf(&it->text, "%-12s %lld\n", doc_state_name((enum doc_state)i),
                 (long long)counts.states[i]);
    buf_addf(&it->text,
             "accepted     %lld\narrivals     %lld\neffects      %lld\n"
             "late         %lld\nevents       %lld\nfree bytes   %lld\n"
             "reserve      %lld\n",
             (long long)counts.accepted, (long long)counts.arrivals,
             (long long)counts.effects, (long long)counts.overdue,
             (long long)counts.events, (long long)space.free_bytes,
             (long long)space.reserve_bytes);
    return true;
}

static bool
verify(struct support *it, struct err *err)
{
    struct problems *found = problems_new(it->cli->arena);

    if (!journal_verify(it->cli->journal, found, err) ||
        !spool_verify(it->cli->journal, conf_spool_dir(it->cli->conf), found,
                      err))
        return false;
    add_problems(&it->text, found);
    return true;
}

/* A row as one line of JSON. */
static bool
add_row(void *user, int columns, const char *const *names,
        const char *const *values, struct err *err)
{
    struct buf *out = user;

    (void)err;
    for (int i = 0; i < columns; i++) {
        buf_addc(out, i == 0 ? '{' : ',');
        out_json_text(out, names[i]);
        buf_addc(out, ':');
        if (values[i] == NULL)
            buf_adds(out, "null");
        else
            out_json_text(out, values[i]);
    }
    buf_adds(out, "}\n");
    return true;
}

static bool
query(struct support *it, const char *select, struct err *err)
{
    return journal_query(it->cli->journal, select, NULL, 0, add_row, &it->text,
                         err);
}

static bool
events(struct support *it, struct err *err)
{
    return query(it,
                 "SELECT event, doc, at, actor, what, detail, state FROM events"
                 " ORDER BY event DESC LIMIT 2000",
                 err);
}

/* Numbers and names of business are left out. */
static bool
open_documents(struct support *it, struct err *err)
{
    return query(it,
                 "SELECT doc, direction, type, partner, state, valid, "
                 "delivered, acknowledged, posted, code, reason, waits_for,"
                 " attempts, created, updated, due FROM documents WHERE state"
                 " NOT IN ('done', 'ignored', 'replaced') ORDER BY doc DESC"
                 " LIMIT 2000",
                 err);
}

static bool
effects(struct support *it, struct err *err)
{
    return query(it,
                 "SELECT effect, doc, kind, target, state, attempts, attempted"
                 " FROM effects WHERE state NOT IN ('done') LIMIT 2000",
                 err);
}

static const struct {
    const char *name, *about;
    bool (*fill)(struct support *, struct err *);
    bool journal; /* needs one */
} files[] = {
    { "versions.txt", "of the program, its libraries and the system", versions,
      false },
    { "settings.txt", "as they are in force, without secrets", settings,
      false },
    { "check.txt", "what is wrong with them", check, false },
    { "status.txt", "counts of documents, and the disk", status, true },
    { "open.jsonl", "documents that are not finished, without content",
      open_documents, true },
    { "effects.jsonl", "what is not settled", effects, true },
    { "events.jsonl", "the last 2000 events", events, true },
    { "verify.txt", "whether anything is lost or changed", verify, true },
};

static bool
write_file(struct support *it, size_t i)
{
    struct err failed = { 0 };

    buf_clear(&it->text);
    if (files[i].journal && it->cli->journal == NULL)
        buf_adds(&it->text, "the journal could not be opened; see "
                            "journal.txt\n");
    else if (!files[i].fill(it, &failed))
        buf_addf(&it->text, "%s%s%s [%s]\n", failed.at,
                 failed.at[0] ? ": " : "", failed.text, err_name(failed.code));
    return bundle_add(&it->bundle, files[i].name, buf_text(&it->text),
                      it->text.size, &it->cli->err);
}

/* ---- what was asked for by name */

static bool
write_document(struct support *it, const char *word)
{
    static const char *const roles[] = { "record", "x12", "source", "answer",
                                         "findings" };
    struct cli *cli = it->cli;
    struct document document;
    char name[64];
    bool found;

    if (!doc_find(cli, word, &document))
        return false;
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        buf_clear(&it->text);
        text_format(name, sizeof name, "document-%lld.%s",
                    (long long)document.id, roles[i]);
        if (!journal_get(cli->journal, document.id, roles[i], &it->text, &found,
                         &cli->err) ||
            (found && !bundle_add(&it->bundle, name, buf_text(&it->text),
                                  it->text.size, &cli->err)))
            return false;
        if (found && !cli_has(cli, OPTION_QUIET))
            printf("  %-16s the %s of document %lld, as you asked\n", name,
                   roles[i], (long long)document.id);
    }
    return true;
}

static bool
write_all(struct support *it)
{
    struct cli *cli = it->cli;
    const char *dir = cli->words[0];
    struct err failed;

    bool readable = cli_open(cli);
    failed = cli->err;
    err_clear(&cli->err);
    if (!cli_has(cli, OPTION_QUIET))
        for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
            printf("  %-16s %s\n", files[i].name, files[i].about);
    if (cli_has(cli, OPTION_DRY_RUN))
        return true;
    if (!bundle_begin(&it->bundle, dir, &cli->err))
        return false;
    buf_addf(&it->text, "%s [%s]\n", failed.text, err_name(failed.code));
    if (!readable && !bundle_add(&it->bundle, "journal.txt", it->text.text,
                                 it->text.size, &cli->err))
        return false;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (!write_file(it, i))
            return false;
    for (size_t i = 1; i < cli->count; i++)
        if (!write_document(it, cli->words[i]))
            return false;
    return true;
}

enum exit_code
cmd_support_bundle(struct cli *cli)
{
    struct support it = { .cli = cli };

    if (!cli_conf(cli))
        return cli_fail(cli);
    bool good = write_all(&it);
    buf_free(&it.text);
    if (!good)
        return cli_fail(cli);
    if (!cli_has(cli, OPTION_QUIET) && !cli_has(cli, OPTION_DRY_RUN))
        printf("written to %s; look through it before you send it\n",
               cli->words[0]);
    return EXIT_OK;
}
