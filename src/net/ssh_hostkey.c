/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "base/when.h"
#include "net/ssh_private.h"

enum { TYPES = 5, PREFERENCE = 200 };

/* The types of host keys, in the order in which they are asked for. ssh-rsa
 * last: its signature is weak, but the key itself is pinned. */
static const struct {
    int type;
    const char *methods;
} types[TYPES] = {
    { LIBSSH2_HOSTKEY_TYPE_ED25519, "ssh-ed25519" },
    { LIBSSH2_HOSTKEY_TYPE_ECDSA_256, "ecdsa-sha2-nistp256" },
    { LIBSSH2_HOSTKEY_TYPE_ECDSA_384, "ecdsa-sha2-nistp384" },
    { LIBSSH2_HOSTKEY_TYPE_ECDSA_521, "ecdsa-sha2-nistp521" },
    { LIBSSH2_HOSTKEY_TYPE_RSA, "rsa-sha2-512,rsa-sha2-256,ssh-rsa" },
};

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
shake_hands(struct ssh *ssh, const struct ssh_settings *settings,
            const char *preference, struct err *err)
{
    long port = settings->port != 0 ? settings->port : 22;
    int result;

    ssh->fd = ssh_connect(
        settings->host, port,
        settings->connect_ms != 0 ? settings->connect_ms : 10000, err);
    if (ssh->fd < 0)
        return false;
    ssh->session = libssh2_session_init();
    BUG_IF(ssh->session == NULL);
    libssh2_session_set_blocking(ssh->session, 0);
    if (libssh2_session_method_pref(ssh->session, LIBSSH2_METHOD_HOSTKEY,
                                    preference) != 0)
        return ssh_failed(ssh, TP5032, "no host key type", err);
    while ((result = libssh2_session_handshake(ssh->session, ssh->fd)) ==
           LIBSSH2_ERROR_EAGAIN)
        if (!ssh_wait(ssh))
            return ssh_failed(ssh, TP5031, "handshake", err);
    if (result == 0)
        return true;
    return ssh_failed(ssh,
                      result == LIBSSH2_ERROR_KEX_FAILURE ? TP5032 : TP5031,
                      "handshake", err);
}

/* Joins the types not seen yet; false when none is left. */
static bool
prefer(const bool seen[TYPES], char out[PREFERENCE])
{
    size_t used = 0;

    for (size_t i = 0; i < TYPES; i++) {
        if (seen[i])
            continue;
        text_format(out + used, PREFERENCE - used, "%s%s", used > 0 ? "," : "",
                    types[i].methods);
        used += strlen(out + used);
    }
    return used > 0;
}

static void
mark_seen(struct ssh *ssh, bool seen[TYPES])
{
    size_t size;
    int type = LIBSSH2_HOSTKEY_TYPE_UNKNOWN;

    libssh2_session_hostkey(ssh->session, &size, &type);
    for (size_t i = 0; i < TYPES; i++)
        seen[i] = seen[i] || type == types[i].type ||
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
    bool seen[TYPES] = { false };
    char preference[PREFERENCE], found[FINGERPRINT] = "",
                                 first[FINGERPRINT] = "";

    while (prefer(seen, preference)) {
        struct err why = { 0 };
        if (!shake_hands(ssh, settings, preference, &why)) {
            /* No key of another type: the one shown is the one. */
            if (first[0] != '\0' && why.code == TP5032)
                break;
            *err = why;
            return false;
        }
        if (!fingerprint_of(ssh, found))
            return err_set(err, TP5031, "the host key has no fingerprint");
        if (ssh_is_pinned(settings, found))
            return true;
        if (first[0] == '\0')
            text_copy(first, sizeof first, found);
        mark_seen(ssh, seen);
        ssh_part(ssh);
    }
    return changed(settings, first, err);
}
