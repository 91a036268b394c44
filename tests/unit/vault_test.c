/* SPDX-License-Identifier: Apache-2.0 */
/* The vault: sealed where it lies, unsealed only with its key and its name. */
#include <sys/stat.h>
#include <unistd.h>

#include "conf/conf.h"
#include "store/keyring.h"
#include "store/vault.h"
#include "store_fixture.h"

static struct conf *conf;
static struct vault *vault;

static const char *
key_path(void)
{
    static char path[96];

    text_format(path, sizeof path, "%s/vault.key", dir);
    return path;
}

static void
put_file(const char *name, mode_t mode, const char *text)
{
    CHECK_OK(durable_write_view(dir, name, text, strlen(text), mode, &err),
             &err);
}

static void
load_settings(const char *environment)
{
    struct problems *found = problems_new(arena);

    put_file("tradepost.conf", 0600,
             arena_printf(arena,
                          "company = { name = \"CRONUS\"; isa = "
                          "\"ZZ:CRONUS01\"; gs = \"CRONUS01\"; };\n"
                          "cutover = \"2026-12-01\"; environment = \"%s\";\n"
                          "paths = { state = \"%s\"; spool = \"spool\"; };\n",
                          environment, dir));
    vault_close(&vault);
    conf_free(&conf);
    CHECK_OK(conf_load(&conf, dir, found, &err), &err);
    vault_open(&vault, conf);
    vault_attach(vault, conf);
    vault_use(vault, journal);
}

static void
begin(void)
{
    vault_close(&vault);
    unsetenv("CREDENTIALS_DIRECTORY");
    fresh();
    load_settings("prod");
}

static void
set(const char *name, const char *value)
{
    CHECK_OK(vault_set(vault, name, value, strlen(value), &err), &err);
}

/* The value, "(none)", or the code of the failure. */
static const char *
get(const char *name)
{
    struct buf value = { 0 };
    bool found;

    err_clear(&err);
    if (!vault_get(vault, name, &value, &found, &err)) {
        buf_wipe(&value);
        return err_name(err.code);
    }
    const char *text = found ? arena_strdup(arena, buf_text(&value)) : "(none)";
    buf_wipe(&value);
    return text;
}

static void
keeps_what_it_is_given(void)
{
    char big[65537];

    begin();
    CHECK_TEXT(get("nav"), "(none)");
    set("nav", "s3cret");
    set("oak.key", "-----BEGIN\nkey\n");
    CHECK_TEXT(get("nav"), "s3cret");
    CHECK_TEXT(get("oak.key"), "-----BEGIN\nkey\n");
    set("nav", "another");
    CHECK_TEXT(get("nav"), "another");
    memset(big, 'x', sizeof big);
    CHECK_OK(vault_set(vault, "big", big, 65536, &err), &err);
    CHECK(strlen(get("big")) == 65536);
    refused(vault_set(vault, "big", big, 65537, &err), TP4053);
    refused(vault_set(vault, "nav", "", 0, &err), TP4053);
    refused(vault_set(vault, "../nav", "x", 1, &err), TP4053);
    refused(vault_set(vault, ".nav", "x", 1, &err), TP4053);
    CHECK_TEXT(get("../nav"), "(none)");
    reopen();
    vault_use(vault, journal);
    CHECK_TEXT(get("nav"), "another");
    CHECK(problems_now() == 0);
}

static void
tells_what_may_be_known(void)
{
    struct sealed *list;
    size_t count;

    begin();
    journal_set_actor(journal, "anna");
    set("nav", "s3cret");
    set("cleo", "pass");
    set("nav", "s3cret");
    CHECK_OK(journal_secrets(journal, arena, &list, &count, &err), &err);
    CHECK(count == 2);
    CHECK_TEXT(list[0].name, "cleo");
    CHECK_TEXT(list[1].name, "nav");
    CHECK_TEXT(list[1].environment, "prod");
    CHECK_TEXT(list[1].actor, "anna");
    CHECK(list[1].version == 2 && list[1].at > 0 && list[0].version == 1);
    CHECK_TEXT(answer("SELECT actor, what, detail FROM events"
                      " WHERE what LIKE 'secret%' ORDER BY event DESC LIMIT 1",
                      NULL),
               "anna|secret set|nav for prod, version 2");
}

/* Nothing of the value, in any file of the directory. */
static void
nothing_lies_open(void)
{
    static const char *const files[] = { "journal.db", "journal.db-wal" };
    struct buf all = { 0 };

    begin();
    set("nav", "canary-7f3a9c");
    for (size_t i = 0; i < 2; i++)
        CHECK_OK(file_read(arena_printf(arena, "%s/%s", dir, files[i]), 1 << 26,
                           &all, &err),
                 &err);
    CHECK(memmem(all.text, all.size, "secret set", 10) != NULL);
    CHECK(memmem(all.text, all.size, "canary-7f3a9c", 13) == NULL);
    buf_free(&all);
}

static void
no_row_takes_anothers_place(void)
{
    begin();
    set("nav", "for nav");
    set("nav", "for nav, second");
    set("cleo", "for cleo");
    tamper("UPDATE secret SET sealed = (SELECT sealed FROM secret"
           " WHERE name = 'cleo') WHERE name = 'nav'");
    CHECK_TEXT(get("nav"), "TP4052");
    CHECK_TEXT(get("cleo"), "for cleo");
    tamper("UPDATE secret SET version = 1 WHERE name = 'cleo' AND version = 1");
    CHECK_TEXT(get("cleo"), "for cleo");
    tamper("UPDATE secret SET version = 2 WHERE name = 'cleo'");
    CHECK_TEXT(get("cleo"), "TP4052");
    set("cleo", "again");
    tamper("UPDATE secret SET environment = 'test' WHERE name = 'cleo'");
    CHECK_TEXT(get("cleo"), "(none)");
    load_settings("test");
    CHECK_TEXT(get("cleo"), "TP4052");
    set("cleo", "of test");
    CHECK_TEXT(get("cleo"), "of test");
    load_settings("prod");
    CHECK_TEXT(get("cleo"), "(none)");
}

static void
a_changed_byte_is_seen(void)
{
    begin();
    set("nav", "s3cret");
    /* nonce, ciphertext, tag, and what is cut */
    for (int at = 1; at <= 12 + 6 + 16; at++) {
        tamper(arena_printf(arena,
                            "UPDATE secret SET sealed = CAST(substr(sealed, 1,"
                            " %d) || CASE substr(sealed, %d, 1) WHEN x'00'"
                            " THEN x'01' ELSE x'00' END ||"
                            " substr(sealed, %d) AS BLOB)",
                            at - 1, at, at + 1));
        CHECK_TEXT(get("nav"), "TP4052");
        set("nav", "s3cret");
        CHECK_TEXT(get("nav"), "s3cret");
    }
    tamper("UPDATE secret SET sealed = substr(sealed, 1, 20)");
    CHECK_TEXT(get("nav"), "TP4052");
    tamper("UPDATE secret SET sealed = x'00'");
    CHECK_TEXT(get("nav"), "TP4052");
}

static void
no_nonce_comes_twice(void)
{
    enum { MANY = 2000 };
    char name[16];

    begin();
    CHECK_OK(journal_begin(journal, &err), &err);
    for (int i = 0; i < MANY; i++) {
        text_format(name, sizeof name, "s%d", i);
        set(name, "the same");
    }
    CHECK_OK(journal_commit(journal, &err), &err);
    tamper("CREATE TABLE n(n INTEGER PRIMARY KEY, CHECK (n = 2000)); INSERT"
           " INTO n SELECT count(DISTINCT substr(sealed, 1, 12)) FROM secret;"
           " DROP TABLE n");
}

static void
two_cannot_change_one(void)
{
    struct sealed it = { .name = "nav", .environment = "prod", .version = 1 };

    begin();
    set("nav", "first");
    text_copy(it.key, sizeof it.key, "0123456789abcdef");
    refused(journal_secret_put(journal, &it, "x", 1, "secret set", &err),
            TP4011);
    CHECK_TEXT(get("nav"), "first");
}

static void
what_is_removed_is_gone(void)
{
    begin();
    set("nav", "s3cret");
    CHECK_OK(vault_remove(vault, "nav", &err), &err);
    CHECK_TEXT(get("nav"), "(none)");
    refused(vault_remove(vault, "nav", &err), TP4054);
    refused(vault_replace(vault, "nav", "x", 1, &err), TP4054);
    set("nav", "new");
    struct sealed *list;
    size_t count;
    CHECK_OK(journal_secrets(journal, arena, &list, &count, &err), &err);
    CHECK(count == 1 && list[0].version == 3);
}

static void
a_replaced_value_stays_for_a_while(void)
{
    begin();
    set("hook", "old");
    CHECK_OK(vault_replace(vault, "hook", "new", 3, &err), &err);
    CHECK_TEXT(get("hook"), "new");
    CHECK_TEXT(get("hook.former"), "old");
}

static void
the_key_is_guarded(void)
{
    struct stat info;

    begin();
    set("nav", "s3cret");
    CHECK(stat(key_path(), &info) == 0 && (info.st_mode & 07777) == 0600);
    load_settings("prod"); /* forgets the key */
    CHECK(chmod(key_path(), 0640) == 0);
    CHECK_TEXT(get("nav"), "TP1020");
    CHECK_TEXT(err.text,
               arena_printf(arena,
                            "found %s with mode 0640, expected 0600 or 0400",
                            key_path()));
    CHECK(chmod(key_path(), 0600) == 0 &&
          rename(key_path(), arena_printf(arena, "%s/away", dir)) == 0);
    CHECK_TEXT(get("nav"), "TP4050");
    refused(vault_set(vault, "nav", "x", 1, &err), TP4050); /* makes no other */
    put_file("vault.key", 0600, "# nothing\n");
    CHECK_TEXT(get("nav"), "TP4051");
    put_file("vault.key", 0600, "00112233\n");
    CHECK_TEXT(get("nav"), "TP4051");
    CHECK(strstr(err.text, "00112233") == NULL);
    put_file("vault.key", 0600,
             "00112233445566778899aabbccddeeff"
             "00112233445566778899aabbccddeeff\n");
    CHECK_TEXT(get("nav"), "TP4052");
}

static void
a_new_key_seals_everything(void)
{
    struct buf before = { 0 }, after = { 0 };
    struct vault *other;
    bool leftover, found;
    size_t count;

    begin();
    set("nav", "one");
    set("cleo", "two");
    load_settings("test");
    set("nav", "of test");
    vault_open(&other, conf);
    vault_use(other, journal);
    CHECK_OK(vault_get(other, "nav", &before, &found, &err), &err);
    buf_wipe(&before);
    CHECK_OK(file_read(key_path(), 4096, &before, &err), &err);
    CHECK_OK(vault_rotate(vault, &count, &leftover, &err), &err);
    CHECK(count == 3 && !leftover);
    CHECK_OK(file_read(key_path(), 4096, &after, &err), &err);
    CHECK(before.size == after.size &&
          memcmp(before.text, after.text, after.size) != 0);
    CHECK_TEXT(get("nav"), "of test");
    /* who has read the old key looks again */
    buf_wipe(&before);
    CHECK_OK(vault_get(other, "nav", &before, &found, &err), &err);
    CHECK_TEXT(buf_text(&before), "of test");
    vault_close(&other);
    load_settings("prod");
    CHECK_TEXT(get("nav"), "one");
    CHECK_TEXT(get("cleo"), "two");
    buf_wipe(&before);
    buf_wipe(&after);
}

/* A new key stands in front, and nothing is sealed with it yet. */
static void
an_interrupted_rotation_is_finished(void)
{
    struct keyring *ring;
    bool leftover;
    size_t count;

    begin();
    set("nav", "one");
    CHECK_OK(keyring_open(&ring, key_path(), &err), &err);
    CHECK_OK(keyring_add(&ring, key_path(), &err), &err);
    CHECK(keyring_count(ring) == 2);
    keyring_free(&ring);
    load_settings("prod");
    CHECK_TEXT(get("nav"), "one");
    set("cleo", "two"); /* with the new one */
    CHECK_OK(vault_rotate(vault, &count, &leftover, &err), &err);
    CHECK(count == 2);
    CHECK_OK(keyring_open(&ring, key_path(), &err), &err);
    CHECK(keyring_count(ring) == 1);
    keyring_free(&ring);
    CHECK_TEXT(get("nav"), "one");
    CHECK_TEXT(get("cleo"), "two");
}

#define KEY_A "aa112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define KEY_B "bb112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"

static void
a_credential_comes_first(void)
{
    bool leftover;
    size_t count;

    begin();
    set("file", "by the file's key");
    put_file("tradepost-vault", 0400, KEY_A "\n");
    CHECK(setenv("CREDENTIALS_DIRECTORY", dir, 1) == 0);
    load_settings("prod");
    CHECK_TEXT(get("file"), "TP4052");
    CHECK_OK(vault_remove(vault, "file", &err), &err);
    set("nav", "by the credential");
    CHECK_TEXT(get("nav"), "by the credential");
    refused(vault_rotate(vault, &count, &leftover, &err), TP4051);
    put_file("tradepost-vault", 0400, KEY_B "\n" KEY_A "\n");
    CHECK_OK(vault_rotate(vault, &count, &leftover, &err), &err);
    CHECK(count == 1 && leftover);
    put_file("tradepost-vault", 0400, KEY_B "\n");
    load_settings("prod");
    CHECK_TEXT(get("nav"), "by the credential");
    CHECK(chmod(arena_printf(arena, "%s/tradepost-vault", dir), 0644) == 0);
    load_settings("prod");
    CHECK_TEXT(get("nav"), "TP1020");
    unsetenv("CREDENTIALS_DIRECTORY");
}

static const char *
resolved(const char *name)
{
    CLEANUP(buf_wipe) struct buf value = { 0 };

    err_clear(&err);
    return conf_secret(conf, name, &value, &err)
               ? arena_strdup(arena, buf_text(&value))
               : err_name(err.code);
}

static void
settings_find_the_vault_before_the_file(void)
{
    begin();
    CHECK_OK(durable_mkdir(arena_printf(arena, "%s/secrets", dir), 0700, &err),
             &err);
    CHECK_OK(durable_write_view(arena_printf(arena, "%s/secrets", dir), "nav",
                                "from the file\n", 14, 0600, &err),
             &err);
    CHECK_TEXT(resolved("secret:nav"), "from the file");
    CHECK_TEXT(resolved("secret:cleo"), "TP1021");
    set("nav", "from the vault");
    CHECK_TEXT(resolved("secret:nav"), "from the vault");
    vault_use(vault, NULL); /* a reader of its own */
    CHECK_TEXT(resolved("secret:nav"), "from the vault");
    vault_use(vault, journal);
    tamper("UPDATE secret SET sealed = x'00'");
    CHECK_TEXT(resolved("secret:nav"), "TP4052"); /* never the file instead */
}

static void
without_a_journal_there_are_files(void)
{
    begin();
    end_journal();
    vault_use(vault, NULL);
    CHECK(unlink(arena_printf(arena, "%s/journal.db", dir)) == 0);
    CHECK_TEXT(get("nav"), "(none)");
    CHECK_TEXT(resolved("secret:nav"), "TP1021");
}

int
main(void)
{
    RUN(keeps_what_it_is_given);
    RUN(tells_what_may_be_known);
    RUN(nothing_lies_open);
    RUN(no_row_takes_anothers_place);
    RUN(a_changed_byte_is_seen);
    RUN(no_nonce_comes_twice);
    RUN(two_cannot_change_one);
    RUN(what_is_removed_is_gone);
    RUN(a_replaced_value_stays_for_a_while);
    RUN(the_key_is_guarded);
    RUN(a_new_key_seals_everything);
    RUN(an_interrupted_rotation_is_finished);
    RUN(a_credential_comes_first);
    RUN(settings_find_the_vault_before_the_file);
    RUN(without_a_journal_there_are_files);
    vault_close(&vault);
    conf_free(&conf);
    return ended();
}
