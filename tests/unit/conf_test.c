/* SPDX-License-Identifier: Apache-2.0 */
#include "conf/conf.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/durable.h"
#include "base/problems.h"
#include "base/text.h"
#include "conf/partner.h"
#include "conf/settings.h"
#include "test.h"

#define COMPANY                                                   \
    "company = { name = \"CRONUS\"; isa = \"ZZ:CRONUS01\"; gs = " \
    "\"CRONUS01\"; };\ncutover = \"2026-12-01\";\n"
#define PARTNER                                                     \
    "name = \"Acme\"; isa = \"ZZ:ACME\"; gs = \"ACME\"; channel = " \
    "{ kind = \"dir\"; };\n"

static char dir[] = "/tmp/tp-conf-XXXXXX";
static struct arena *arena;
static struct conf *conf;
static struct problems *found;
static struct err err;

static void
put(const char *folder, const char *name, const char *text)
{
    char path[128];
    struct err failed = { 0 };

    text_format(path, sizeof path, "%s%s", dir, folder);
    CHECK_OK(durable_mkdir(path, 0700, &failed), &failed);
    CHECK_OK(durable_write_view(path, name, text, strlen(text), 0600, &failed),
             &failed);
}

static void
fresh(void)
{
    struct err ignored = { 0 };

    conf_free(&conf);
    arena_free(&arena);
    arena = arena_new();
    found = problems_new(arena);
    err_clear(&err);
    CHECK(durable_remove_tree(dir, &ignored));
    CHECK(durable_mkdir(dir, 0700, &ignored));
}

static bool
load(const char *settings, const char *partner)
{
    fresh();
    put("", "tradepost.conf", settings);
    if (partner != NULL)
        put("/partners", "acme.conf", partner);
    return conf_load(&conf, dir, found, &err);
}

/* All problems, a line each, as people see them. */
static const char *
said(void)
{
    char *all = arena_strdup(arena, "");

    for (const struct problem *p = problems_first(found); p; p = p->next)
        all = arena_printf(arena, "%s%s%s %s: %s", all, all[0] ? "\n" : "",
                           err_name(p->code), p->at, p->text);
    return all;
}

static void
reads_settings(void)
{
    CHECK_OK(load("company = { name = \"CRONUS USA, Inc.\"; isa = "
                  "\"ZZ:CRONUS01\"; gs = \"CRONUS01\";\n"
                  "  timezone = \"America/New_York\"; currency = \"USD\"; };\n"
                  "environment = \"prod\"; cutover = \"2026-12-01\";\n"
                  "systems = { nav = { kind = \"nav\"; auth = { user = "
                  "\"u\"; }; }; xero = { kind = \"xero\"; }; };\n"
                  "alerts = { mail = [ \"a@b.example\" ]; };\n"
                  "paths = { state = \"var\"; spool = \"/srv/spool\"; };\n",
                  NULL),
             &err);
    CHECK_TEXT(said(), "");
    const struct company *company = conf_company(conf);
    CHECK_TEXT(company->name, "CRONUS USA, Inc.");
    CHECK_TEXT(company->isa_qualifier, "ZZ");
    CHECK_TEXT(company->isa_id, "CRONUS01");
    CHECK_TEXT(company->zone, "America/New_York");
    CHECK(company->production);
    CHECK_TEXT(conf_text_at(conf_settings(conf), "alerts.mail", 0),
               "a@b.example");
    CHECK(conf_text_at(conf_settings(conf), "alerts.mail", 1) == NULL);
    CHECK_TEXT(conf_state_dir(conf), arena_printf(arena, "%s/var", dir));
    CHECK_TEXT(conf_spool_dir(conf), "/srv/spool");
    CHECK_TEXT(conf_data_dir(conf), TP_DATADIR);
}

static void
names_systems_in_order(void)
{
    CHECK(load(COMPANY
               "systems = { xero = { kind = \"xero\"; };\n"
               "nav = { kind = \"nav\"; auth = { user = \"u\"; }; }; };",
               NULL));
    CHECK(conf_system_count(conf) == 2);
    CHECK_TEXT(conf_system_name(conf, 0), "xero");
    CHECK_TEXT(conf_system_name(conf, 1), "nav");
    CHECK(conf_system_name(conf, 2) == NULL);
    CHECK_TEXT(conf_text(conf_system(conf, "nav"), "auth.user", NULL), "u");
    CHECK_TEXT(conf_place(conf_system(conf, "nav")), "tradepost.conf:4");
    CHECK(conf_system(conf, "odoo") == NULL);
}

static void
falls_back(void)
{
    CHECK(load(COMPANY, PARTNER));
    CHECK_TEXT(said(), "");
    CHECK_TEXT(conf_company(conf)->environment, "test");
    CHECK(!conf_company(conf)->production);
    CHECK(conf_number(conf_settings(conf), "limits.file_bytes", 0) == 67108864);
    CHECK(conf_seconds(conf_settings(conf), "limits.poll", 0) == 60);
    const struct partner *acme = partner_by_code(conf, "acme");
    CHECK(acme != NULL);
    CHECK_TEXT(acme->code, "ACME");
    CHECK_TEXT(acme->charset, "extended");
    CHECK(acme->element == '*' && acme->component == '>');
    CHECK(acme->terminator == '~' && acme->repetition == 0);
    CHECK(acme->send_ack && !acme->send_ta1 && !acme->ack_errors_only);
    CHECK_TEXT(acme->our_isa_id, "CRONUS01");
    CHECK(acme->vendor == NULL && acme->send_count == 0);
}

static void
reads_a_partner(void)
{
    CHECK(load(COMPANY,
               "name = \"Bluefish\"; isa = \"ZZ:BLUE FISH\"; gs = \"BF\";\n"
               "vendor = \"V10000\"; timezone = \"America/Chicago\";\n"
               "our_isa = \"01:123456789\";\n"
               "channel = { kind = \"sftp\"; host = \"h\"; };\n"
               "control = { isa = 917; gs = 918; };\n"
               "send = ( { set = \"850\"; ack = \"24h\"; order = \"strict\"; },"
               " { set = \"997\"; } );\n"
               "receive = ( { set = \"810\"; price_tolerance = \"2 %\"; },\n"
               " { set = \"856\"; due = \"before arrival\"; map = \"bf856\"; "
               "});\n"
               "tolerate = { isa_unpadded = \"warn\"; };\n"
               "ack = { ta1 = true; ak2 = \"errors\"; };\n"
               "delimiters = { component = \":\"; terminator = \"\\n\"; };\n"));
    CHECK_TEXT(said(), "");
    const struct partner *p = partner_by_isa(conf, "ZZ", "BLUE FISH");
    CHECK(p != NULL && p == partner_by_vendor(conf, "V10000"));
    CHECK(partner_by_customer(conf, "V10000") == NULL);
    CHECK_TEXT(p->our_isa_qualifier, "01");
    CHECK_TEXT(p->zone, "America/Chicago");
    CHECK(p->last_isa == 917 && p->last_gs == 918);
    const struct partner_set *order = partner_sends(p, "850");
    CHECK(order != NULL && order->ack_seconds == 86400);
    CHECK_TEXT(order->order, "strict");
    CHECK_TEXT(order->map, "850");
    CHECK_TEXT(order->version, "004010");
    CHECK_TEXT(partner_sends(p, "997")->order, "keyed");
    CHECK_TEXT(partner_receives(p, "810")->match, "three-way");
    CHECK_TEXT(partner_receives(p, "856")->match, "none");
    CHECK_TEXT(partner_receives(p, "856")->map, "bf856");
    CHECK_TEXT(partner_receives(p, "856")->due, "before arrival");
    CHECK(partner_receives(p, "820") == NULL);
    CHECK(partner_tolerance(p, "isa_unpadded") == TOLERANCE_WARN);
    CHECK(partner_tolerance(p, "other") == TOLERANCE_DEFAULT);
    CHECK(p->terminator == '\n' && p->send_ta1 && p->ack_errors_only);
}

static void
inherits_member_by_member(void)
{
    fresh();
    put("", "tradepost.conf", COMPANY);
    put("/partners", "default.conf",
        "timezone = \"America/New_York\"; test = true;\n"
        "channel = { kind = \"sftp\"; port = 2022; put = \"/in\"; };\n"
        "tolerate = { a = \"warn\"; b = \"warn\"; };\n");
    put("/partners", "acme.conf",
        "name = \"Acme\"; isa = \"ZZ:ACME\"; gs = \"ACME\"; test = false;\n"
        "channel = { host = \"h\"; put = \"/inbox\"; };\n"
        "tolerate = { b = \"reject\"; };\n");
    put("/partners", "other.conf",
        "name = \"Other\"; isa = \"ZZ:OTHER\"; gs = \"OTHER\";\n"
        "channel = { kind = \"cleo\"; url = \"u\"; };\n");
    CHECK_OK(conf_load(&conf, dir, found, &err), &err);
    CHECK_TEXT(said(), "");
    const struct partner *acme = partner_by_code(conf, "ACME");
    CHECK(!acme->test);
    CHECK_TEXT(acme->zone, "America/New_York");
    CHECK_TEXT(conf_text(acme->group, "channel.kind", ""), "sftp");
    CHECK_TEXT(conf_text(acme->group, "channel.put", ""), "/inbox");
    CHECK(conf_number(acme->group, "channel.port", 0) == 2022);
    CHECK(partner_tolerance(acme, "a") == TOLERANCE_WARN);
    CHECK(partner_tolerance(acme, "b") == TOLERANCE_REJECT);
    const struct partner *other = partner_by_code(conf, "OTHER");
    CHECK(other->test);
    CHECK(conf_number(other->group, "channel.port", 0) == 0);
}

static void
lays_env_over(void)
{
    fresh();
    put("", "tradepost.conf",
        COMPANY "systems = { nav = { kind = \"nav\"; url = \"https://a\"; "
                "company = \"C\"; }; };\n");
    put("", "env.conf",
        "systems = { nav = { url = \"http://127.0.0.1:7048\"; }; };\n"
        "partners = { ACME = { channel = { port = 7022; }; };\n"
        "             ACMEE = { test = true; }; };\n"
        "compny = 1;\n");
    put("/partners", "acme.conf",
        "name = \"Acme\"; isa = \"ZZ:ACME\"; gs = \"ACME\";\n"
        "channel = { kind = \"sftp\"; host = \"h\"; };\n");
    CHECK_OK(conf_load(&conf, dir, found, &err), &err);
    CHECK_TEXT(
        said(),
        "TP1003 env.conf:4: compny: found an unknown setting; did you mean "
        "\"company\"?\n"
        "TP1009 env.conf:3: partners.ACMEE: found no partner of this name; did "
        "you mean \"ACME\"?");
    const struct conf_group *nav = conf_system(conf, "nav");
    CHECK_TEXT(conf_text(nav, "url", ""), "http://127.0.0.1:7048");
    CHECK_TEXT(conf_text(nav, "company", ""), "C");
    const struct partner *acme = partner_by_code(conf, "ACME");
    CHECK(conf_number(acme->group, "channel.port", 0) == 7022);
    CHECK_TEXT(conf_text(acme->group, "channel.host", ""), "h");
}

/* What is written, and what is said about it. */
static const struct {
    const char *settings, *partner, *said;
} mistakes[] = {
    { "cutover = \"2026-12-01\";", NULL,
      "TP1006 tradepost.conf:1: company.name: found nothing, expected a text "
      "in quotes (the company's name, as partners see it)\n"
      "TP1006 tradepost.conf:1: company.isa: found nothing, expected a text in "
      "quotes (our interchange id: qualifier, colon, id, such as ZZ:CRONUS01)\n"
      "TP1006 tradepost.conf:1: company.gs: found nothing, expected a text in "
      "quotes (our application id in GS02 and GS03)" },
    { COMPANY "enviroment = \"prod\";\nzzz = 1;", NULL,
      "TP1003 tradepost.conf:3: enviroment: found an unknown setting; did you "
      "mean \"environment\"?\n"
      "TP1003 tradepost.conf:4: zzz: found an unknown setting, expected one of "
      "company, environment, cutover, systems, alerts, paths or limits" },
    { COMPANY "environment = 5;\nlimits = { poll = 60; file_bytes = \"1\"; };",
      NULL,
      "TP1005 tradepost.conf:3: environment: found the number 5, expected a "
      "text in quotes\n"
      "TP1005 tradepost.conf:4: limits.poll: found the number 60, expected a "
      "duration in quotes such as \"30s\" or \"24h\"\n"
      "TP1005 tradepost.conf:4: limits.file_bytes: found \"1\", expected a "
      "whole number without quotes" },
    { "company = { name = \"C\"; isa = \"CRONUS01\"; gs = \"C\"; timezone = "
      "\"America/New_Yrok\"; currency = \"usd\"; kind = \"x\"; };\n"
      "cutover = \"2026-02-30\";",
      NULL,
      "TP1003 tradepost.conf:1: company.kind: found an unknown setting, "
      "expected one of name, isa, gs, timezone or currency\n"
      "TP1005 tradepost.conf:2: cutover: found \"2026-02-30\", expected a date "
      "that exists, in quotes such as \"2026-12-01\"\n"
      "TP1005 tradepost.conf:1: company.currency: found \"usd\", expected a "
      "currency's three capital letters\n"
      "TP1005 tradepost.conf:1: company.timezone: found \"America/New_Yrok\", "
      "expected a time zone; did you mean \"America/New_York\"?\n"
      "TP1005 tradepost.conf:1: company.gs: found \"C\", expected 2 to 15 "
      "characters, such as \"CRONUS01\"\n"
      "TP1005 tradepost.conf:1: company.isa: found \"CRONUS01\", expected a "
      "qualifier of 2 characters, \":\" and an id of at most 15, such as "
      "\"ZZ:CRONUS01\"" },
    { COMPANY "systems = { nav = { url = \"x\"; }; odoo = \"x\"; };\n"
              "alerts = { mail = [ \"anna\" ]; };",
      NULL,
      "TP1005 tradepost.conf:4: alerts.mail[1]: found \"anna\", expected a "
      "mail address\n"
      "TP1006 tradepost.conf:3: systems.nav.kind: found nothing, expected a "
      "text in quotes (the kind of business system, such as \"nav\")\n"
      "TP1005 tradepost.conf:3: systems.odoo: found \"x\", expected a group { "
      "kind = ...; }" },
    { COMPANY, "name = \"Acme\";\nisa = \"ZZ:ACMEACMEACMEACMEA\";",
      "TP1006 partners/acme.conf:1: gs: found nothing, expected a text in "
      "quotes (its application id in GS02 and GS03)\n"
      "TP1006 partners/acme.conf:1: channel: found nothing, expected a group "
      "(how bytes reach it: { kind = ...; }; what else a kind takes is in "
      "tradepost-channels(5))\n"
      "TP1005 partners/acme.conf:2: isa: found \"ZZ:ACMEACMEACMEACMEA\", "
      "expected a qualifier of 2 characters, \":\" and an id of at most 15, "
      "such as \"ZZ:CRONUS01\"" },
    { COMPANY,
      PARTNER "send = ( { set = \"850\"; order = \"strickt\"; ack = \"1 day\"; "
              "},\n { ack = \"none\"; }, { set = \"85O\"; } );",
      "TP1005 partners/acme.conf:2: send[1].order: found \"strickt\", expected "
      "strict, keyed or none; did you mean \"strict\"?\n"
      "TP1006 partners/acme.conf:3: send[2].set: found nothing, expected a "
      "text in quotes (the set, such as 850)\n"
      "TP1005 partners/acme.conf:2: send[1].ack: found \"1 day\", expected a "
      "duration in quotes such as \"24h\", or \"none\"\n"
      "TP1005 partners/acme.conf:3: send[3].set: found \"85O\", expected a "
      "set's three digits such as \"850\"" },
    { COMPANY,
      PARTNER
      "receive = ( { set = \"810\"; price_tolerance = 2.5; },\n"
      " { set = \"856\"; price_tolerance = \"2\"; due = \"soon\"; } );\n"
      "rules = ( { at = \"850/BEG02\"; codes = \"SA\"; usage = \"R\"; } );\n"
      "tolerate = { x = \"warm\"; y = 1; };\n",
      "TP1005 partners/acme.conf:2: receive[1].price_tolerance: found the "
      "number 2.5, expected a text in quotes\n"
      "TP1005 partners/acme.conf:4: rules[1].codes: found \"SA\", expected a "
      "list of texts such as [ \"a\", \"b\" ]\n"
      "TP1005 partners/acme.conf:4: rules[1].usage: found \"R\", expected M, O "
      "or X\n"
      "TP1005 partners/acme.conf:5: tolerate.x: found \"warm\", expected "
      "reject, warn or ignore; did you mean \"warn\"?\n"
      "TP1005 partners/acme.conf:5: tolerate.y: found the number 1, expected "
      "reject, warn or ignore\n"
      "TP1005 partners/acme.conf:3: receive[2].due: found \"soon\", expected a "
      "duration in quotes such as \"24h\", or \"before arrival\"\n"
      "TP1005 partners/acme.conf:3: receive[2].price_tolerance: found \"2\", "
      "expected a percentage in quotes such as \"2 %\"" },
    { COMPANY,
      PARTNER "delimiters = { element = \"A\"; component = \"~\";\n"
              " terminator = \"~\"; };\ncontrol = { isa = -1; };\n"
              "codes = { item = \"no.csv\"; up = \"../x\"; };\n",
      "TP1005 partners/acme.conf:4: control.isa: found the number -1, expected "
      "a number of at most 9 digits\n"
      "TP1005 partners/acme.conf:2: delimiters.element: found \"A\", expected "
      "one character that is no letter, digit or blank\n"
      "TP1005 partners/acme.conf:3: delimiters.terminator: found \"~\", "
      "expected another character for each delimiter\n"
      "TP1008 partners/acme.conf:5: codes.item: found no file \"no.csv\", "
      "expected it in partners/ or codes/\n"
      "TP1008 partners/acme.conf:5: codes.up: found no file \"../x\", expected "
      "it in partners/ or codes/" },
    { COMPANY,
      "name = \"Acme\"; isa = \"ZZ:CRONUS01\"; gs = \"ACME\";\n"
      "channel = { host = \"h\"; };",
      "TP1006 partners/acme.conf:2: channel.kind: found nothing, expected the "
      "kind of channel such as \"sftp\"\n"
      "TP1005 partners/acme.conf:1: isa: found \"ZZ:CRONUS01\", expected "
      "another id than our own" },
    { COMPANY, "name = \"Acme\"\nisa = \"ZZ:ACME\n",
      "TP1002 partners/acme.conf:3: found a syntax error, expected settings "
      "like name = \"text\"; look for a missing quote, brace or \";\" here or "
      "just above" },
    { COMPANY "control = 99999999999;", NULL,
      "TP1002 tradepost.conf:3: found the number 99999999999, expected at most "
      "9 digits, or a text in quotes" },
};

static void
says_every_mistake(void)
{
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        if (!load(mistakes[i].settings, mistakes[i].partner))
            problem_add(found, err.code, err.at, NULL, "%s", err.text);
        CHECK_TEXT(said(), mistakes[i].said);
    }
}

static void
partners_are_told_apart(void)
{
    fresh();
    put("", "tradepost.conf", COMPANY);
    put("/partners", "a.conf", PARTNER "vendor = \"V1\";\n");
    put("/partners", "b.conf", PARTNER "vendor = \"V1\";\n");
    put("/partners", "B.conf", PARTNER);
    put("/partners", "c d.conf", PARTNER);
    put("/partners", ".hidden.conf", "x");
    put("/partners", "notes.txt", "x");
    put("/partners", "default.conf", "\nisa = \"ZZ:ALL\";\ntset = true;\n");
    CHECK(conf_load(&conf, dir, found, &err));
    CHECK_TEXT(said(),
               "TP1005 partners/default.conf:2: isa: found \"ZZ:ALL\", "
               "expected it in the partner's own file, since it belongs to one "
               "partner\n"
               "TP1003 partners/default.conf:3: tset: found an unknown "
               "setting; did you mean \"test\"?\n"
               "TP1007 partners/b.conf: found a second file for B, expected "
               "one\n"
               "TP1005 partners/c d.conf: found a partner file of this name, "
               "expected at most 31 letters, digits, \"-\" or \"_\" before "
               ".conf\n"
               "TP1007 partners/B.conf:1: isa: found \"ZZ:ACME\", which "
               "partners/a.conf:1 has too, expected it once");
}

static void
a_broken_settings_file_stops(void)
{
    CHECK(!load("company = {\n", NULL));
    CHECK(err.code == TP1002);
    CHECK_TEXT(err.at, "tradepost.conf:2");
    fresh();
    CHECK(!conf_load(&conf, dir, found, &err));
    CHECK(err.code == TP1001);
    err_clear(&err);
    CHECK(!conf_load(&conf, "/nonexistent/tradepost", found, &err));
    CHECK_TEXT(err.text, "found no directory /nonexistent/tradepost");
}

static void
includes_and_names_the_file(void)
{
    fresh();
    put("", "tradepost.conf",
        "\xEF\xBB\xBF" COMPANY "@include \"more.conf\"\n");
    put("", "more.conf", "environment = \"prod\";\nx = 1;\n");
    CHECK_OK(conf_load(&conf, dir, found, &err), &err);
    CHECK(conf_company(conf)->production);
    CHECK_TEXT(problems_first(found)->at, "more.conf:2");
}

static void
checks_a_table_of_another_floor(void)
{
    static const char *const words[] = { "auto", "ssh", NULL };
    static const struct setting auth[] = {
        { .name = "secret", .type = SETTING_SECRET, .required = true }, { 0 }
    };
    static const struct setting table[] = {
        { .name = "host", .about = "where", .required = true },
        { .name = "limit", .type = SETTING_AMOUNT },
        { .name = "transport", .choices = words },
        { .name = "auth", .type = SETTING_GROUP, .members = auth },
        { 0 }
    };

    CHECK(load(COMPANY, "name = \"A\"; isa = \"ZZ:A\"; gs = \"AA\";\nchannel = "
                        "{ kind = \"sftp\"; limit = 50000.5; transport = "
                        "\"shh\"; auth = { secret = \"hunter2\"; }; };"));
    CHECK_TEXT(said(), "");
    conf_check(conf_sub(partner_at(conf, 0)->group, "channel"), table, found);
    CHECK_TEXT(
        said(),
        "TP1005 partners/acme.conf:2: channel.limit: found the number "
        "50000.5, expected an amount in quotes such as \"50000.00\"\n"
        "TP1005 partners/acme.conf:2: channel.transport: found \"shh\", "
        "expected auto or ssh; did you mean \"ssh\"?\n"
        "TP1005 partners/acme.conf:2: channel.auth.secret: found "
        "a text that is not shown, expected the name of a secret such as "
        "\"secret:nav\"\n"
        "TP1006 partners/acme.conf:2: channel.host: found nothing, "
        "expected a text in quotes (where)");
}

static void
finds_texts_of_the_site_first(void)
{
    fresh();
    put("", "tradepost.conf", COMPANY "paths = { data = \"share\"; };");
    put("/share/edi/maps", "850.map", "shipped");
    put("/share/edi/maps", "810.map", "shipped");
    put("/maps", "850.map", "the site's");
    CHECK_OK(conf_load(&conf, dir, found, &err), &err);
    CHECK_TEXT(conf_find(conf, arena, "maps/850.map"),
               arena_printf(arena, "%s/maps/850.map", dir));
    CHECK_TEXT(conf_find(conf, arena, "maps/810.map"),
               arena_printf(arena, "%s/share/edi/maps/810.map", dir));
    CHECK(conf_find(conf, arena, "maps/856.map") == NULL);
    CHECK(conf_find(conf, arena, "../maps/850.map") == NULL);
    CHECK(conf_find(conf, arena, "maps/../tradepost.conf") == NULL);
    CHECK(conf_find(conf, arena, "/etc/passwd") == NULL);
}

static enum err_code
secret(const char *name, const char *want)
{
    struct buf text = { 0 };

    err_clear(&err);
    bool good = conf_secret(conf, name, &text, &err);
    good = good && text_equal(buf_text(&text), want);
    buf_free(&text);
    return good ? TP_NONE : err.code;
}

static void
keeps_secrets(void)
{
    char path[64];

    CHECK(load(COMPANY, NULL));
    put("/secrets", "nav", "s3cret\n");
    put("/secrets", "key", "a\nb\n\n");
    CHECK(secret("secret:nav", "s3cret") == TP_NONE);
    CHECK(secret("nav", "s3cret") == TP_NONE);
    CHECK(secret("key", "a\nb\n") == TP_NONE);
    CHECK(secret("none", "") == TP1021);
    CHECK(secret("secret:../tradepost.conf", "") == TP1021);
    CHECK(secret("secret:", "") == TP1021);
    CHECK(secret(".", "") == TP1021);
    text_format(path, sizeof path, "%s/secrets/nav", dir);
    CHECK(chmod(path, 0640) == 0);
    CHECK(secret("nav", "") == TP1020);
    CHECK_TEXT(err.text, arena_printf(arena,
                                      "found %s with mode 0640, expected 0600 "
                                      "or 0400",
                                      path));
    CHECK(chmod(path, 0400) == 0);
    CHECK(secret("nav", "s3cret") == TP_NONE);
    text_format(path, sizeof path, "%s/secrets/link", dir);
    CHECK(symlink("nav", path) == 0);
    CHECK(secret("link", "") == TP1020);
    text_format(path, sizeof path, "%s/secrets/dir", dir);
    CHECK(mkdir(path, 0700) == 0);
    CHECK(secret("dir", "") == TP1020);
}

int
main(void)
{
    struct err ignored = { 0 };

    if (mkdtemp(dir) == NULL)
        return 99;
    RUN(reads_settings);
    RUN(names_systems_in_order);
    RUN(falls_back);
    RUN(reads_a_partner);
    RUN(inherits_member_by_member);
    RUN(lays_env_over);
    RUN(says_every_mistake);
    RUN(partners_are_told_apart);
    RUN(a_broken_settings_file_stops);
    RUN(includes_and_names_the_file);
    RUN(checks_a_table_of_another_floor);
    RUN(finds_texts_of_the_site_first);
    RUN(keeps_secrets);
    conf_free(&conf);
    arena_free(&arena);
    if (!durable_remove_tree(dir, &ignored))
        err_print(stderr, &ignored);
    return test_end();
}
