/* SPDX-License-Identifier: Apache-2.0 */
#include "conf/partner.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "conf_fixture.h"

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
    CHECK(partner_sends(p, "997")->order == NULL);
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
    CHECK(secret("secret:key", "a\nb\n") == TP_NONE);
    CHECK(secret("hunter2", "") == TP1021);
    CHECK(strstr(err.text, "hunter2") == NULL);
    CHECK(secret("secret:none", "") == TP1021);
    CHECK(secret("secret:../tradepost.conf", "") == TP1021);
    CHECK(secret("secret:", "") == TP1021);
    CHECK(secret("secret:.", "") == TP1021);
    text_format(path, sizeof path, "%s/secrets/nav", dir);
    CHECK(chmod(path, 0640) == 0);
    CHECK(secret("secret:nav", "") == TP1020);
    CHECK_TEXT(err.text, arena_printf(arena,
                                      "found %s with mode 0640, expected 0600 "
                                      "or 0400",
                                      path));
    CHECK(chmod(path, 0400) == 0);
    CHECK(secret("secret:nav", "s3cret") == TP_NONE);
    text_format(path, sizeof path, "%s/secrets/link", dir);
    CHECK(symlink("nav", path) == 0);
    CHECK(secret("secret:link", "") == TP1020);
    text_format(path, sizeof path, "%s/secrets/dir", dir);
    CHECK(mkdir(path, 0700) == 0);
    CHECK(secret("secret:dir", "") == TP1020);
}

/* What a person who helps may see: no secret, wherever somebody put one. */
static void
shows_settings_without_secrets(void)
{
    struct buf text = { 0 };

    CHECK(load(COMPANY "systems = { nav = { kind = \"nav\"; url = "
                       "\"https://EDI:hunter1@nav.example:7048/BC?k=hunter2\";"
                       " auth = { secret = \"secret:nav\"; }; token = "
                       "\"hunter3\"; keys = [ \"hunter4\" ]; }; };\n",
               "name = \"Acme\"; isa = \"ZZ:ACME\"; gs = \"ACME\"; channel = {"
               " kind = \"sftp\"; password = \"hunter5\"; key = "
               "\"secret:hunter 6\"; };\n"));
    conf_outline(conf, &text);
    CHECK(strstr(text.text, "hunter") == NULL);
    CHECK(strstr(text.text, "systems.nav.url = "
                            "\"https://nav.example:7048/BC(left out)\"\n"));
    CHECK(strstr(text.text, "systems.nav.auth.secret = \"secret:nav\"\n"));
    CHECK(strstr(text.text, "systems.nav.token = (left out)\n"));
    CHECK(strstr(text.text, "ACME: channel.password = (left out)\n"));
    CHECK(strstr(text.text, "ACME: name = \"Acme\"\n"));
    buf_free(&text);
}

int
main(void)
{
    if (!fixture_begin())
        return 99;
    RUN(reads_a_partner);
    RUN(inherits_member_by_member);
    RUN(partners_are_told_apart);
    RUN(finds_texts_of_the_site_first);
    RUN(keeps_secrets);
    RUN(shows_settings_without_secrets);
    fixture_end();
    return test_end();
}
