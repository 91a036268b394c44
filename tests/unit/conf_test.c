/* SPDX-License-Identifier: Apache-2.0 */
#include "conf/settings.h"

#include "base/buf.h"
#include "conf_fixture.h"

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
    CHECK_TEXT(conf_data_dir(conf), conf_shipped_dir(arena));
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
      "company, environment, cutover, systems, alerts, door, desk, "
      "retention, paths or limits" },
    { COMPANY "alerts = { quiet = { from = \"22\"; to = \"24:00\"; }; };", NULL,
      "TP1005 tradepost.conf:3: alerts.quiet.from: found \"22\", expected a "
      "time of day in quotes such as \"18:00\"\n"
      "TP1005 tradepost.conf:3: alerts.quiet.to: found \"24:00\", expected a "
      "time of day in quotes such as \"18:00\"" },
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
      "or N\n"
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
    { COMPANY "environment = \"\xFC\";", NULL,
      "TP1002 tradepost.conf:3: found the byte FC, expected UTF-8 text" },
    { COMPANY "limits = { poll = \"1m\";\n poll = \"2m\"; };", NULL,
      "TP1002 tradepost.conf:4: found a name that stands twice in its group, "
      "expected it once" },
    { COMPANY "@include \"none.conf\"\n", NULL,
      "TP1002 tradepost.conf:3: found an @include of a file that cannot be "
      "read, expected one below the settings' directory" },
    { COMPANY "# 99999999999 \"\n/* 99999999999 */ // 99999999999\n"
              "environment = \"99999999999\"; x9999999999 = 1;",
      NULL,
      "TP1003 tradepost.conf:5: x9999999999: found an unknown setting, "
      "expected one of company, environment, cutover, systems, alerts, door, "
      "desk, retention, paths or limits" },
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

int
main(void)
{
    if (!fixture_begin())
        return 99;
    RUN(reads_settings);
    RUN(names_systems_in_order);
    RUN(falls_back);
    RUN(lays_env_over);
    RUN(says_every_mistake);
    RUN(a_broken_settings_file_stops);
    RUN(includes_and_names_the_file);
    RUN(checks_a_table_of_another_floor);
    fixture_end();
    return test_end();
}
