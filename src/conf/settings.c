/* SPDX-License-Identifier: Apache-2.0 */
#include "conf/settings.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/durable.h"
#include "base/text.h"
#include "conf/conf_private.h"

static const struct setting company_settings[] = {
    { .name = "name",
      .about = "the company's name, as partners see it",
      .required = true },
    { .name = "isa",
      .about = "our interchange id: qualifier, colon, id, such as "
               "ZZ:CRONUS01",
      .required = true },
    { .name = "gs",
      .about = "our application id in GS02 and GS03",
      .required = true },
    { .name = "timezone",
      .about = "where the company's days begin and end",
      .fallback = "UTC" },
    { .name = "currency",
      .about = "the currency of amounts that name none, three letters",
      .fallback = "USD" },
    { 0 }
};

static const struct setting path_settings[] = {
    { .name = "data",
      .about = "guides, maps, code tables, flows and reports as shipped; a "
               "file of the same name beside this file wins; where they were "
               "installed when not said" },
    { .name = "state",
      .about =
          "the journal: on a local disk, never a network file system; "
          "lib/tradepost below the installation's state directory when not "
          "said" },
    { .name = "spool",
      .about = "drop boxes and views; can be deleted and rebuilt, but for "
               "what lies in in/; spool/tradepost below the installation's "
               "state directory when not said" },
    { .name = "secrets",
      .about = "secrets that are not in the vault: one file for each, mode "
               "0600",
      .fallback = "secrets" },
    { .name = "vault_key",
      .about = "the key of the vault, mode 0600, when no credential of systemd "
               "named tradepost-vault brings it; the first `tradepost secret "
               "set` makes it",
      .fallback = "vault.key" },
    { 0 }
};

static const struct setting limit_settings[] = {
    { .name = "file_bytes",
      .type = SETTING_NUMBER,
      .about = "a larger file from a partner is refused",
      .fallback = "67108864" },
    { .name = "intake_bytes",
      .type = SETTING_NUMBER,
      .about = "a larger file is held instead of being taken apart; files "
               "above 1 MB are taken apart set by set, so that memory is "
               "needed for their largest set, and about 1 KB for each",
      .fallback = "268435456" },
    { .name = "reserve_percent",
      .type = SETTING_NUMBER,
      .about = "nothing new is taken in while less than this share of the "
               "journal's disk is free, or less than reserve_megabytes when "
               "that is smaller; what was accepted still goes on",
      .fallback = "5" },
    { .name = "reserve_megabytes",
      .type = SETTING_NUMBER,
      .about = "see reserve_percent; 0 keeps no reserve",
      .fallback = "1024" },
    { .name = "poll",
      .type = SETTING_DURATION,
      .about = "how often partners and systems are asked for news",
      .fallback = "1m" },
    { .name = "still",
      .type = SETTING_DURATION,
      .about = "how long a file in a drop box must not change before it is "
               "taken; one that ends with its IEA is taken at once",
      .fallback = "10s" },
    { .name = "retry_first",
      .type = SETTING_DURATION,
      .about = "the pause before the first retry; it doubles each time",
      .fallback = "30s" },
    { .name = "retry_longest",
      .type = SETTING_DURATION,
      .about = "the longest pause between two retries",
      .fallback = "1h" },
    { .name = "give_up",
      .type = SETTING_DURATION,
      .about = "after this long a document is dead instead of deferred",
      .fallback = "3d" },
    { .name = "quarantine",
      .type = SETTING_NUMBER,
      .about = "a document that failed so often while others passed to the "
               "same place is held",
      .fallback = "8" },
    { .name = "drain",
      .type = SETTING_DURATION,
      .about = "how long the daemon's roles may go on with what is in hand "
               "when it is ended; then they are killed",
      .fallback = "1m" },
    { .name = "translator_megabytes",
      .type = SETTING_NUMBER,
      .about = "the memory that the process which reads what partners send "
               "has for one document",
      .fallback = "512" },
    { .name = "translator_time",
      .type = SETTING_DURATION,
      .about = "the CPU time that it has for one document; one that needs "
               "more is held",
      .fallback = "10s" },
    { .name = "translator_documents",
      .type = SETTING_NUMBER,
      .about = "after so many documents another process takes its place",
      .fallback = "10000" },
    { .name = "stuck",
      .type = SETTING_DURATION,
      .about = "a role of the daemon that shows no progress for this long is "
               "killed and started again; longer than a system's slowest "
               "answer",
      .fallback = "15m" },
    { 0 }
};

static const struct setting retention_settings[] = {
    { .name = "payloads",
      .type = SETTING_DURATION,
      .about = "purge removes the bytes of documents that are finished and "
               "have not changed for so long, such as \"2555d\"; hashes, "
               "numbers and the audit stay; everything is kept when not "
               "said" },
    { .name = "keep",
      .type = SETTING_TEXTS,
      .about = "partners whose bytes are never removed (legal hold); single "
               "documents: doc keep" },
    { 0 }
};

const struct setting settings_main[] = {
    { .name = "company",
      .type = SETTING_GROUP,
      .about = "who we are",
      .members = company_settings },
    { .name = "environment",
      .about = "prod, test or another word; only prod sends ISA15 = P, and a T "
               "that arrives in prod is acknowledged but never posted",
      .fallback = "test" },
    { .name = "cutover",
      .type = SETTING_DATE,
      .about = "nothing older than this date is sent or posted by itself",
      .required = true },
    { .name = "systems",
      .type = SETTING_FREE,
      .about = "the business systems: NAME = { kind = ...; }; what else a "
               "kind takes is in tradepost-systems(5)" },
    { .name = "alerts",
      .type = SETTING_GROUP,
      .about = "who is told",
      .members = settings_alerts },
    { .name = "door",
      .type = SETTING_GROUP,
      .about = "what listens to webhooks of systems and files of partners: "
               "POST /hook/NAME",
      .members = settings_door },
    { .name = "desk",
      .type = SETTING_GROUP,
      .about = "what listens to monitors: GET /metrics, /health and /ready",
      .members = settings_desk },
    { .name = "retention",
      .type = SETTING_GROUP,
      .about = "how long what was exchanged is kept",
      .members = retention_settings },
    { .name = "paths",
      .type = SETTING_GROUP,
      .about = "directories; a relative one starts at the configuration's "
               "directory",
      .members = path_settings },
    { .name = "limits",
      .type = SETTING_GROUP,
      .about = "sizes and pauses",
      .members = limit_settings },
    { 0 }
};

static void
check_company(struct conf *conf, struct problems *problems)
{
    struct conf_group *node = tree_lookup(conf->settings, "company.currency");

    if (node != NULL && node->kind == NODE_TEXT &&
        (strlen(node->text) != 3 ||
         node->text[strspn(node->text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")] != '\0'))
        conf_complain(problems, node, "a currency's three capital letters");
    conf_check_zone(tree_lookup(conf->settings, "company.timezone"), problems);
    conf_check_application(tree_lookup(conf->settings, "company.gs"), problems);
}

static void
check_mail(struct conf *conf, struct problems *problems)
{
    struct conf_group *list = tree_lookup(conf->settings, "alerts.mail");

    if (list == NULL || list->kind != NODE_LIST)
        return;
    for (struct conf_group *n = list->first; n != NULL; n = n->next)
        if (n->kind == NODE_TEXT && strchr(n->text, '@') == NULL)
            conf_complain(problems, n, "a mail address");
}

static void
check_limits(struct conf *conf, struct problems *problems)
{
    struct conf_group *percent =
        tree_lookup(conf->settings, "limits.reserve_percent");
    struct conf_group *bytes =
        tree_lookup(conf->settings, "limits.reserve_megabytes");

    if (percent != NULL && percent->kind == NODE_NUMBER &&
        (percent->number < 0 || percent->number > 90))
        conf_complain(problems, percent, "a number from 0 to 90");
    if (bytes != NULL && bytes->kind == NODE_NUMBER && bytes->number < 0)
        conf_complain(problems, bytes, "a number of megabytes");
}

static void
check_systems(struct conf *conf, struct problems *problems)
{
    static const struct setting system_settings[] = {
        { .name = "kind",
          .about = "the kind of business system, such as \"nav\"",
          .required = true },
        { 0 }
    };
    struct conf_group *systems = tree_member(conf->settings, "systems");

    if (systems == NULL)
        return;
    if (systems->kind != NODE_GROUP) {
        conf_complain(problems, systems,
                      "a group of systems { nav = { ... }; }");
        return;
    }
    for (struct conf_group *n = systems->first; n != NULL; n = n->next) {
        struct conf_group *kind = tree_member(n, "kind");
        if (n->kind != NODE_GROUP)
            conf_complain(problems, n, "a group { kind = ...; }");
        else if (kind == NULL || kind->kind != NODE_TEXT)
            conf_check_parts(n, system_settings, problems, CHECK_MISSING);
    }
}

static void
set_company(struct conf *conf, struct problems *problems)
{
    struct company *company = &conf->company;
    const struct conf_group *settings = conf->settings;

    company->name = conf_text(settings, "company.name", "");
    company->gs_id = conf_text(settings, "company.gs", "");
    company->zone = conf_text(settings, "company.timezone", "UTC");
    company->currency = conf_text(settings, "company.currency", "USD");
    company->environment = conf_text(settings, "environment", "test");
    company->production = text_equal(company->environment, "prod");
    company->cutover = conf_text(settings, "cutover", "9999-12-31");
    conf_identity(conf, tree_lookup(settings, "company.isa"), problems,
                  &company->isa_qualifier, &company->isa_id);
}

static const char *
path_of(struct conf *conf, const char *name, const char *fallback)
{
    const char *path = conf_text(conf->settings, name, fallback);

    return path[0] == '/' ? path
                          : arena_printf(conf->arena, "%s/%s", conf->dir, path);
}

static void
set_paths(struct conf *conf)
{
    conf->data = path_of(conf, "paths.data", conf_shipped_dir(conf->arena));
    conf->state = path_of(conf, "paths.state", TP_STATEDIR);
    conf->spool = path_of(conf, "paths.spool", TP_SPOOLDIR);
    conf->secrets = path_of(conf, "paths.secrets", "secrets");
    conf->vault_key = path_of(conf, "paths.vault_key", "vault.key");
}

/* DIR/env.conf, when it is there, says what differs in this place. */
static bool
lay_over(struct conf *conf, struct err *err)
{
    char *path = arena_printf(conf->arena, "%s/env.conf", conf->dir);
    struct conf_group *overlay;

    if (!file_exists(path))
        return true;
    if (!tree_read(conf, "env.conf", &overlay, err))
        return false;
    conf->overlays = tree_take(overlay, "partners");
    const char *place = conf->settings->place;
    conf->settings = tree_merge(conf->arena, conf->settings, overlay);
    conf->settings->place = place;
    return true;
}

static bool
load(struct conf *conf, const char *dir, struct problems *problems,
     struct err *err)
{
    char absolute[PATH_MAX];

    if (realpath(dir, absolute) == NULL)
        return err_set(err, TP1001, "found no directory %s", dir);
    conf->dir = arena_strdup(conf->arena, absolute);
    if (!tree_read(conf, "tradepost.conf", &conf->settings, err) ||
        !lay_over(conf, err))
        return false;
    conf_check_parts(conf->settings, settings_main, problems,
                     CHECK_SAID | CHECK_MISSING);
    tree_fall_back(conf->arena, conf->settings, settings_main);
    check_company(conf, problems);
    check_mail(conf, problems);
    check_limits(conf, problems);
    check_systems(conf, problems);
    set_company(conf, problems);
    set_paths(conf);
    return partners_load(conf, problems, err);
}

bool
conf_load(struct conf **out, const char *dir, struct problems *problems,
          struct err *err)
{
    struct arena *arena = arena_new();
    struct conf *conf = arena_alloc(arena, sizeof *conf);

    conf->arena = arena;
    if (!load(conf, dir, problems, err)) {
        conf_free(&conf);
        return false;
    }
    *out = conf;
    return true;
}

void
conf_free(struct conf **conf)
{
    if (*conf == NULL)
        return;
    struct arena *arena = (*conf)->arena;
    *conf = NULL;
    arena_free(&arena);
}
