/* SPDX-License-Identifier: Apache-2.0 */
/* The demo's folder and servers. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/child.h"
#include "base/durable.h"
#include "base/text.h"
#include "base/when.h"
#include "cli/demo.h"

enum { LARGEST_TEXT = 1 << 20, PATIENCE_MS = 10000 };

/* Partners by file name; the one that is reached through Cleo has no folders
 * of its own. */
static const struct {
    const char *code;
    bool cleo;
} partners[] = {
    { "acme", false },      { "bluefish", false }, { "oakridge", true },
    { "greenleaf", false }, { "harbor", false },   { "bigmart", false },
};
enum { PARTNERS = sizeof partners / sizeof partners[0] };

const char *
demo_path(const struct demo *demo, const char *name)
{
    return arena_printf(demo->arena, "%s/%s", demo->dir, name);
}

static bool
write_text(const struct demo *demo, const char *folder, const char *name,
           const char *text, mode_t mode, struct err *err)
{
    return durable_write_view(demo_path(demo, folder), name, text, strlen(text),
                              mode, err);
}

static bool
copy_text(const struct demo *demo, const char *from, const char *folder,
          const char *name, mode_t mode, struct err *err)
{
    CLEANUP(buf_free) struct buf text = { 0 };

    return file_read(from, LARGEST_TEXT, &text, err) &&
           durable_write_view(demo_path(demo, folder), name, buf_text(&text),
                              text.size, mode, err);
}

/* Installed, examples are in their own folder; in the source they are not. */
static const char *
example(const struct demo *demo, const char *name)
{
    const char *path =
        arena_printf(demo->arena, "%s/examples/%s", demo->data, name);

    if (file_exists(path))
        return path;
    path = arena_printf(demo->arena, "%s/etc/%s", demo->data, name);
    return file_exists(path)
               ? path
               : arena_printf(demo->arena, "%s/%s", demo->data, name);
}

static bool
make_folders(const struct demo *demo, struct err *err)
{
    static const char *const folders[] = { "etc/partners", "state", "spool",
                                           "sandbox",      "ssh",   "log" };

    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        if (!durable_mkdir(demo_path(demo, folders[i]), 0755, err))
            return false;
    if (!durable_mkdir(demo_path(demo, "secrets"), 0700, err))
        return false;
    for (size_t i = 0; i < PARTNERS; i++) {
        const char *base = arena_printf(
            demo->arena, "%s/%s",
            partners[i].cleo ? "sandbox/cleo" : "partners", partners[i].code);
        for (size_t side = 0; side < 2; side++)
            if (!durable_mkdir(
                    demo_path(demo, arena_printf(demo->arena, "%s/%s", base,
                                                 side ? "out" : "in")),
                    0755, err))
                return false;
    }
    return true;
}

static bool
copy_settings(const struct demo *demo, struct err *err)
{
    if (!copy_text(demo, example(demo, "tradepost.conf"), "etc",
                   "tradepost.conf", 0644, err) ||
        !copy_text(demo, example(demo, "partners/default.conf"), "etc/partners",
                   "default.conf", 0644, err))
        return false;
    for (size_t i = 0; i < PARTNERS; i++) {
        const char *name =
            arena_printf(demo->arena, "%s.conf", partners[i].code);
        if (!copy_text(
                demo,
                example(demo, arena_printf(demo->arena, "partners/%s", name)),
                "etc/partners", name, 0644, err))
            return false;
    }
    return true;
}

static bool
make_key(const struct demo *demo, const char *name, struct err *err)
{
    CLEANUP(buf_free) struct buf output = { 0 };
    const char *path = demo_path(demo, name);
    const char *const argv[] = {
        "/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C",
        "tradepost-demo",      "-f", path, NULL
    };

    return child_run(argv, &output, err);
}

/* "256 SHA256:... comment (ED25519)" */
static bool
read_fingerprint(struct demo *demo, struct err *err)
{
    CLEANUP(buf_free) struct buf output = { 0 };
    const char *const argv[] = { "/usr/bin/ssh-keygen", "-l", "-f",
                                 demo_path(demo, "ssh/host.pub"), NULL };

    if (!child_run(argv, &output, err))
        return false;
    char *rest = output.text;
    text_word(&rest, " ");
    char *fingerprint = text_word(&rest, " ");
    if (fingerprint == NULL)
        return err_set(err, TP8050, "ssh-keygen said: %s", buf_text(&output));
    demo->fingerprint = arena_strdup(demo->arena, fingerprint);
    return true;
}

static bool
make_secrets(const struct demo *demo, struct err *err)
{
    const char *key = demo_path(demo, "ssh/client");

    if (!write_text(demo, "secrets", "nav", "demo-web-service-key", 0600,
                    err) ||
        !write_text(demo, "secrets", "cleo", "demo-mailbox-password", 0600,
                    err))
        return false;
    for (size_t i = 0; i < PARTNERS; i++)
        if (!copy_text(demo, key, "secrets",
                       arena_printf(demo->arena, "%s.key", partners[i].code),
                       0600, err))
            return false;
    return copy_text(demo, demo_path(demo, "ssh/client.pub"), "ssh",
                     "authorized_keys", 0600, err);
}

bool
demo_make(struct demo *demo, struct err *err)
{
    return make_folders(demo, err) && copy_settings(demo, err) &&
           make_key(demo, "ssh/host", err) &&
           make_key(demo, "ssh/client", err) && read_fingerprint(demo, err) &&
           make_secrets(demo, err);
}

/* A port that was free a moment ago. */
static long
free_port(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    long port = 0;
    int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (probe < 0)
        return 0;
    if (bind(probe, (struct sockaddr *)&address, sizeof address) == 0 &&
        getsockname(probe, (struct sockaddr *)&address, &size) == 0)
        port = ntohs(address.sin_port);
    close(probe);
    return port;
}

static bool
answers(long port)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool good = probe >= 0 && connect(probe, (struct sockaddr *)&address,
                                      sizeof address) == 0;

    if (probe >= 0)
        close(probe);
    return good;
}

static bool
wait_for(long port, const char *what, struct err *err)
{
    for (int waited = 0; waited < PATIENCE_MS; waited += 20) {
        if (answers(port))
            return true;
        when_sleep(20);
    }
    return err_set(err, TP8050, "%s did not start; see its file in log/", what);
}

static bool
start_sshd(struct demo *demo, struct err *err)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    const char *const argv[] = { "/usr/sbin/sshd",
                                 "-D",
                                 "-e",
                                 "-f",
                                 demo_path(demo, "ssh/sshd_config"),
                                 NULL };

    demo->sshd = free_port();
    buf_addf(&text,
             "ListenAddress 127.0.0.1\nPort %ld\nHostKey %s\n"
             "AuthorizedKeysFile %s\nPidFile none\nStrictModes no\n"
             "UsePAM no\nPasswordAuthentication no\n"
             "PermitRootLogin prohibit-password\n"
             "Subsystem sftp internal-sftp\nForceCommand internal-sftp\n",
             demo->sshd, demo_path(demo, "ssh/host"),
             demo_path(demo, "ssh/authorized_keys"));
    /* The directory that sshd wants as root; the service would make it. */
    if (geteuid() == 0 && !durable_mkdir("/run/sshd", 0755, err))
        return false;
    return write_text(demo, "ssh", "sshd_config", buf_text(&text), 0600, err) &&
           child_start(argv, demo_path(demo, "log/sshd.log"), &demo->sshd_pid,
                       err) &&
           wait_for(demo->sshd, "sshd", err);
}

static bool
read_ports(struct demo *demo, const char *path, struct err *err)
{
    CLEANUP(buf_free) struct buf text = { 0 };

    for (int waited = 0; !file_exists(path) && waited < PATIENCE_MS;
         waited += 10)
        when_sleep(10);
    if (!file_read(path, LARGEST_TEXT, &text, err))
        return err_at(err, "the sandbox did not start; see log/sandbox.log");
    json_auto_t *ports = json_loadb(buf_text(&text), text.size, 0, NULL);
    demo->nav = (long)json_integer_value(json_object_get(ports, "nav"));
    demo->cleo = (long)json_integer_value(json_object_get(ports, "cleo"));
    demo->odoo = (long)json_integer_value(json_object_get(ports, "odoo"));
    demo->token = (long)json_integer_value(json_object_get(ports, "token"));
    return demo->nav > 0 ||
           err_set(err, TP8050, "the sandbox told no ports: %s",
                   buf_text(&text));
}

static bool
start_sandbox(struct demo *demo, struct err *err)
{
    const char *ports = demo_path(demo, "sandbox/ports.json");
    const char *const argv[] = { demo->sandbox,
                                 "serve",
                                 "--dir",
                                 demo_path(demo, "sandbox"),
                                 "--ports-file",
                                 ports,
                                 "--date",
                                 demo->today,
                                 "--seed",
                                 arena_printf(demo->arena, "%ld", demo->seed),
                                 "--user",
                                 "EDI",
                                 "--key",
                                 "demo-web-service-key",
                                 "--mailbox",
                                 "cronus",
                                 "--password",
                                 "demo-mailbox-password",
                                 NULL };

    return child_start(argv, demo_path(demo, "log/sandbox.log"),
                       &demo->sandbox_pid, err) &&
           read_ports(demo, ports, err) &&
           wait_for(demo->nav, "the sandbox", err);
}

static const char *
upper(const struct demo *demo, const char *code)
{
    char *text = arena_strdup(demo->arena, code);

    for (char *c = text; *c != '\0'; c++)
        *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
    return text;
}

static void
put_sftp_partner(const struct demo *demo, const char *code, const char *user,
                 struct buf *text)
{
    buf_addf(text,
             "  %s = { channel = { host = \"127.0.0.1\"; port = %ld;\n"
             "    user = \"%s\"; key = \"secret:%s.key\"; hostkeys = [ \"%s\" "
             "];\n"
             "    stable_seconds = 0;\n"
             "    put = \"%s/partners/%s/in\"; get = \"%s/partners/%s/out\"; "
             "}; };\n",
             upper(demo, code), demo->sshd, user, code, demo->fingerprint,
             demo->dir, code, demo->dir, code);
}

/* What differs from the shipped examples: addresses, keys, folders. */
static bool
write_overlay(const struct demo *demo, struct err *err)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    const struct passwd *self = getpwuid(geteuid());
    char cutover[WHEN_DATE];
    moment today = 0;

    if (!when_parse(demo->today, &today))
        return err_set(err, TP8050, "not a date: %s", demo->today);
    when_date(today - (moment)30 * 86400 * 1000, NULL, cutover);
    buf_addf(&text,
             "# Written by tradepost demo: what differs from the examples.\n"
             "cutover = \"%s\";\n"
             "paths = { data = \"%s\"; state = \"%s/state\"; spool = "
             "\"%s/spool\"; secrets = \"%s/secrets\"; };\n"
             "systems = { nav = { url = \"http://127.0.0.1:%ld/BC\"; auth = { "
             "kind = \"basic\"; user = \"EDI\"; secret = \"secret:nav\"; }; "
             "post = \"post\"; payments = \"GENERAL\"; };\n"
             "  odoo = { kind = \"odoo\"; url = \"http://127.0.0.1:%ld\"; "
             "database = \"odoo\"; user = \"EDI\"; secret = "
             "\"secret:nav\"; }; };\n"
             "limits = { still = \"0s\"; retry_first = \"1s\"; };\n"
             "partners = {\n",
             cutover, demo->data, demo->dir, demo->dir, demo->dir, demo->nav,
             demo->odoo);
    for (size_t i = 0; i < PARTNERS; i++)
        if (!partners[i].cleo)
            put_sftp_partner(demo, partners[i].code,
                             self ? self->pw_name : "root", &text);
        else
            buf_addf(&text,
                     "  %s = { channel = { url = \"http://127.0.0.1:%ld\"; "
                     "user = \"cronus\"; password = \"secret:cleo\"; "
                     "stable_seconds = 0; }; };\n",
                     upper(demo, partners[i].code), demo->cleo);
    buf_adds(&text, "};\n");
    return write_text(demo, "etc", "env.conf", buf_text(&text), 0644, err);
}

bool
demo_start(struct demo *demo, struct err *err)
{
    return start_sandbox(demo, err) && start_sshd(demo, err) &&
           write_overlay(demo, err);
}

void
demo_stop(struct demo *demo)
{
    child_stop(&demo->sshd_pid);
    child_stop(&demo->sandbox_pid);
}

static bool
answer_one(struct demo *demo, const char *code, const char *in, const char *out,
           struct err *err)
{
    CLEANUP(buf_free) struct buf output = { 0 };
    const char *const argv[] = {
        demo->sandbox, "answer",
        "--in",        in,
        "--out",       out,
        "--partner",   code,
        "--date",      demo->today,
        "--script",    example(demo, "demo/partners.script"),
        NULL
    };

    return child_run(argv, &output, err);
}

bool
demo_answer(struct demo *demo, struct err *err)
{
    for (size_t i = 0; i < PARTNERS; i++) {
        const char *code = partners[i].code;
        const char *base =
            arena_printf(demo->arena, "%s/%s/%s", demo->dir,
                         partners[i].cleo ? "sandbox/cleo" : "partners", code);
        const char *name = upper(demo, code);
        if (!answer_one(demo, name, arena_printf(demo->arena, "%s/in", base),
                        arena_printf(demo->arena, "%s/out", base), err))
            return err_at(err, "%s", name);
    }
    return true;
}
