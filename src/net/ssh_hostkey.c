/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/when.h"
#include "net/ssh_private.h"

enum { PREFERENCE = 200, CONNECT_MS = 10000 };

/* The types of host keys and their methods, in the order in which they are
 * asked for. ssh-rsa last: its signature is weak, but the key is pinned. */
static const struct {
    int type;
    const char *method;
} methods[] = {
    { LIBSSH2_HOSTKEY_TYPE_ED25519, "ssh-ed25519" },
    { LIBSSH2_HOSTKEY_TYPE_ECDSA_256, "ecdsa-sha2-nistp256" },
    { LIBSSH2_HOSTKEY_TYPE_ECDSA_384, "ecdsa-sha2-nistp384" },
    { LIBSSH2_HOSTKEY_TYPE_ECDSA_521, "ecdsa-sha2-nistp521" },
    { LIBSSH2_HOSTKEY_TYPE_RSA, "rsa-sha2-512" },
    { LIBSSH2_HOSTKEY_TYPE_RSA, "rsa-sha2-256" },
    { LIBSSH2_HOSTKEY_TYPE_RSA, "ssh-rsa" },
};

enum { METHODS = sizeof methods / sizeof *methods };

void
ssh_part(struct ssh *ssh)
{
    /* With the socket shut, nothing that libssh2 would still like to say or
     * hear makes its clean-up wait, or leave memory behind. */
    if (ssh->session != NULL)
        libssh2_session_disconnect(ssh->session, "done");
    if (ssh->fd >= 0)
        shutdown(ssh->fd, SHUT_RDWR);
    if (ssh->channel != NULL)
        libssh2_channel_free(ssh->channel);
    if (ssh->session != NULL)
        libssh2_session_free(ssh->session);
    if (ssh->fd >= 0)
        close(ssh->fd);
    ssh->channel = NULL;
    ssh->session = NULL;
    ssh->fd = -1;
}

bool
ssh_is_pinned(const struct ssh_settings *settings, const char *fingerprint)
{
    for (size_t i = 0; i < settings->hostkey_count; i++) {
        const char *pin = settings->hostkeys[i];
        size_t size = strlen(fingerprint);
        /* ssh-keygen leaves the base64 padding out, others do not. */
        if (strncmp(pin, fingerprint, size) == 0 &&
            pin[size + strspn(pin + size, "=")] == '\0')
            return true;
    }
    return false;
}

/* "SHA256:" and base64 without padding, as ssh-keygen -l shows it. */
static bool
fingerprint_of(struct ssh *ssh, char out[FINGERPRINT])
{
    const char *hash =
        libssh2_hostkey_hash(ssh->session, LIBSSH2_HOSTKEY_HASH_SHA256);
    unsigned char text[48];

    if (hash == NULL)
        return false;
    int size = EVP_EncodeBlock(text, (const unsigned char *)hash, 32);
    while (size > 0 && text[size - 1] == '=')
        size--;
    return text_format(out, FINGERPRINT, "SHA256:%.*s", size,
                       (const char *)text);
}

static bool
is_supported(const char **supported, int count, const char *method)
{
    for (int i = 0; i < count; i++)
        if (text_equal(supported[i], method))
            return true;
    return false;
}

/* Joins the methods of types not seen yet; "" when none is left. Only those
 * that libssh2 knows: when it strips unknown ones itself, 1.10 copies the list
 * over itself and may garble it. */
static void
prefer(struct ssh *ssh, const bool seen[METHODS], char out[PREFERENCE])
{
    const char **supported = NULL;
    int count = libssh2_session_supported_algs(
        ssh->session, LIBSSH2_METHOD_HOSTKEY, &supported);
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < METHODS; i++) {
        if (seen[i] || !is_supported(supported, count, methods[i].method))
            continue;
        text_format(out + used, PREFERENCE - used, "%s%s", used > 0 ? "," : "",
                    methods[i].method);
        used += strlen(out + used);
    }
    if (supported != NULL)
        libssh2_free(ssh->session, supported);
}

/* False with TP5032 when no method is left, or none is common. */
static bool
agree(struct ssh *ssh, const bool seen[METHODS], struct err *err)
{
    char preference[PREFERENCE];
    int result;

    prefer(ssh, seen, preference);
    if (preference[0] == '\0' ||
        libssh2_session_method_pref(ssh->session, LIBSSH2_METHOD_HOSTKEY,
                                    preference) != 0)
        return ssh_failed(ssh, TP5032, "no host key type", err);
    while ((result = libssh2_session_handshake(ssh->session, ssh->fd)) ==
           LIBSSH2_ERROR_EAGAIN)
        if (!ssh_wait(ssh))
            return ssh_failed(ssh, TP5031, "handshake", err);
    return result == 0 ||
           ssh_failed(ssh,
                      result == LIBSSH2_ERROR_KEX_FAILURE ? TP5032 : TP5031,
                      "handshake", err);
}

static bool
shake_hands(struct ssh *ssh, const struct ssh_settings *settings,
            const bool seen[METHODS], struct err *err)
{
    long port = settings->port != 0 ? settings->port : 22;
    long ms = settings->connect_ms != 0 ? settings->connect_ms : CONNECT_MS;

    ssh->fd = ssh_connect(settings->host, port, ms, err);
    if (ssh->fd < 0)
        return false;
    ssh->session = libssh2_session_init();
    OUT_OF_MEMORY_IF(ssh->session == NULL);
    libssh2_session_set_blocking(ssh->session, 0);
    return agree(ssh, seen, err);
}

static void
mark_seen(struct ssh *ssh, bool seen[METHODS])
{
    size_t size;
    int type = LIBSSH2_HOSTKEY_TYPE_UNKNOWN;

    libssh2_session_hostkey(ssh->session, &size, &type);
    for (size_t i = 0; i < METHODS; i++)
        seen[i] = seen[i] || type == methods[i].type ||
                  type == LIBSSH2_HOSTKEY_TYPE_UNKNOWN;
}

static bool
changed(const struct ssh_settings *settings, const char *found, struct err *err)
{
    if (settings->hostkey_count == 0)
        return err_set(err, TP5034,
                       "%.80s shows host key %s, and hostkeys is empty",
                       settings->host, found);
    return err_set(err, TP5033, "%.80s shows host key %s; expected %.60s%s",
                   settings->host, found, settings->hostkeys[0],
                   settings->hostkey_count > 1 ? " or another of hostkeys"
                                               : "");
}

bool
ssh_meet(struct ssh *ssh, const struct ssh_settings *settings, struct err *err)
{
    bool seen[METHODS] = { false };
    char found[FINGERPRINT] = "", first[FINGERPRINT] = "";
    struct err why = { 0 };

    while (shake_hands(ssh, settings, seen, &why)) {
        if (!fingerprint_of(ssh, found))
            return err_set(err, TP5031, "the host key has no fingerprint");
        if (ssh_is_pinned(settings, found))
            return true;
        if (first[0] == '\0')
            text_copy(first, sizeof first, found);
        mark_seen(ssh, seen);
        ssh_part(ssh);
    }
    /* No key of yet another type: the one shown is the one. */
    if (first[0] != '\0' && why.code == TP5032)
        return changed(settings, first, err);
    *err = why;
    return false;
}
