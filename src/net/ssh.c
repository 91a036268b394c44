/* SPDX-License-Identifier: Apache-2.0 */
#include "net/ssh.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/when.h"
#include "net/ssh_private.h"

/* The channel's window bounds what the server may send unasked. */
enum { WINDOW_BYTES = 4 << 20, PACKET_BYTES = 32768, SIGN_IN_MS = 30000 };

static void
wait_socket(struct ssh *ssh, bool writing, int ms)
{
    struct pollfd polled = { .fd = ssh->fd, .events = POLLIN };

    if (writing)
        polled.events |= POLLOUT;
    poll(&polled, 1, ms);
}

bool
ssh_wait(struct ssh *ssh)
{
    int64_t left = (ssh->ends_at - when_steady()) / 1000000;
    int directions = libssh2_session_block_directions(ssh->session);

    if (left <= 0) {
        text_copy(ssh->why, sizeof ssh->why, "the time is up");
        return false;
    }
    wait_socket(ssh, (directions & LIBSSH2_SESSION_BLOCK_OUTBOUND) != 0,
                left > 1000 ? 1000 : (int)left);
    return true;
}

/* libssh2's own sentence. */
static const char *
why(struct ssh *ssh)
{
    char *text = NULL;

    if (ssh->why[0] != '\0')
        return ssh->why;
    if (ssh->session != NULL)
        libssh2_session_last_error(ssh->session, &text, NULL, 0);
    return text != NULL ? text : "";
}

bool
ssh_failed(struct ssh *ssh, enum err_code code, const char *what,
           struct err *err)
{
    return err_set(err, code, "%s: %.160s", what, why(ssh));
}

static ssize_t
moved(struct ssh *ssh, ssize_t result)
{
    if (result > 0)
        return result;
    if (result == LIBSSH2_ERROR_EAGAIN)
        return WIRE_AGAIN;
    text_copy(ssh->why, sizeof ssh->why, why(ssh));
    return WIRE_BROKEN;
}

static ssize_t
ssh_read(struct wire *wire, void *bytes, size_t size)
{
    struct ssh *ssh = (struct ssh *)wire;
    ssize_t got = libssh2_channel_read(ssh->channel, bytes, size);

    if (got == 0)
        return libssh2_channel_eof(ssh->channel) ? WIRE_END : WIRE_AGAIN;
    /* While half a packet waits for the socket, libssh2 cannot also widen the
     * window, and says so in these words. */
    if (got == LIBSSH2_ERROR_BAD_USE && ssh->write_for_room)
        return WIRE_AGAIN;
    return moved(ssh, got);
}

static ssize_t
ssh_write(struct wire *wire, const void *bytes, size_t size)
{
    struct ssh *ssh = (struct ssh *)wire;
    ssize_t sent = libssh2_channel_write(ssh->channel, bytes, size);

    /* The other reason to wait is the channel's window, which reading
     * widens. */
    ssh->write_for_room = sent == LIBSSH2_ERROR_EAGAIN &&
                          (libssh2_session_block_directions(ssh->session) &
                           LIBSSH2_SESSION_BLOCK_OUTBOUND) != 0;
    return sent == 0 ? WIRE_AGAIN : moved(ssh, sent);
}

static void
ssh_wire_wait(struct wire *wire, bool writing, int ms)
{
    struct ssh *ssh = (struct ssh *)wire;

    wait_socket(ssh, writing && ssh->write_for_room, ms);
}

static const char *
ssh_why(const struct wire *wire)
{
    return ((const struct ssh *)wire)->why;
}

static void
ssh_close(struct wire *wire)
{
    struct ssh *ssh = (struct ssh *)wire;

    ssh_part(ssh);
    libssh2_exit();
    release(&ssh);
}

static const struct wire_ops ssh_ops = {
    .read = ssh_read,
    .write = ssh_write,
    .wait = ssh_wire_wait,
    .why = ssh_why,
    .close = ssh_close,
};

/* What a failed sign-in means. A key is read here before it is offered, so
 * that what is no socket's and no server's failure is the key's. */
static enum err_code
meaning(int result, bool with_key)
{
    switch (result) {
    case LIBSSH2_ERROR_AUTHENTICATION_FAILED:
    case LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED:
    case LIBSSH2_ERROR_PASSWORD_EXPIRED:
        return TP5035;
    case LIBSSH2_ERROR_FILE:
    case LIBSSH2_ERROR_PROTO:
    case LIBSSH2_ERROR_INVAL:
    case LIBSSH2_ERROR_KEYFILE_AUTH_FAILED:
    case LIBSSH2_ERROR_METHOD_NOT_SUPPORTED:
        return with_key ? TP5036 : TP5031;
    default:
        return TP5031;
    }
}

static bool
refused(struct ssh *ssh, const struct ssh_settings *settings, int result,
        struct err *err)
{
    return err_set(err, meaning(result, settings->key != NULL),
                   "user %.60s: %.160s", settings->user, why(ssh));
}

static int
offer_key(struct ssh *ssh, const struct ssh_settings *settings)
{
    return libssh2_userauth_publickey_frommemory(
        ssh->session, settings->user, strlen(settings->user), NULL, 0,
        settings->key, settings->key_size, NULL);
}

static int
offer_password(struct ssh *ssh, const struct ssh_settings *settings)
{
    return libssh2_userauth_password_ex(
        ssh->session, settings->user, (unsigned)strlen(settings->user),
        settings->password, (unsigned)strlen(settings->password), NULL);
}

static bool
offer(struct ssh *ssh, const struct ssh_settings *settings,
      int (*credential)(struct ssh *, const struct ssh_settings *),
      struct err *err)
{
    int result;

    while ((result = credential(ssh, settings)) == LIBSSH2_ERROR_EAGAIN)
        if (!ssh_wait(ssh))
            break;
    return result == 0 || refused(ssh, settings, result, err);
}

static bool
sign_in(struct ssh *ssh, const struct ssh_settings *settings, struct err *err)
{
    if (settings->key != NULL)
        return offer(ssh, settings, offer_key, err);
    if (settings->password != NULL)
        return offer(ssh, settings, offer_password, err);
    return err_set(err, TP5036, "user %.60s has neither a key nor a password",
                   settings->user);
}

static bool
start_sftp(struct ssh *ssh, struct err *err)
{
    int result;

    while ((ssh->channel = libssh2_channel_open_ex(
                ssh->session, "session", sizeof "session" - 1, WINDOW_BYTES,
                PACKET_BYTES, NULL, 0)) == NULL)
        if (libssh2_session_last_errno(ssh->session) != LIBSSH2_ERROR_EAGAIN ||
            !ssh_wait(ssh))
            return ssh_failed(ssh, TP5031, "channel", err);
    while ((result = libssh2_channel_process_startup(
                ssh->channel, "subsystem", sizeof "subsystem" - 1, "sftp",
                sizeof "sftp" - 1)) == LIBSSH2_ERROR_EAGAIN)
        if (!ssh_wait(ssh))
            return ssh_failed(ssh, TP5031, "subsystem sftp", err);
    if (result == LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED ||
        result == LIBSSH2_ERROR_CHANNEL_FAILURE)
        return ssh_failed(ssh, TP5037, "subsystem sftp", err);
    return result == 0 || ssh_failed(ssh, TP5031, "subsystem sftp", err);
}

bool
ssh_open(struct wire **out, const struct ssh_settings *settings,
         struct err *err)
{
    struct ssh *ssh;
    long ms = settings->sign_in_ms != 0 ? settings->sign_in_ms : SIGN_IN_MS;

    BUG_IF(libssh2_init(0) != 0);
    ssh = obtain(sizeof *ssh);
    ssh->wire.ops = &ssh_ops;
    ssh->fd = -1;
    ssh->ends_at = when_steady() + (int64_t)ms * 1000000;
    if (!ssh_meet(ssh, settings, err) || !sign_in(ssh, settings, err) ||
        !start_sftp(ssh, err)) {
        ssh_close(&ssh->wire);
        return err_at(err, "%.80s", settings->host);
    }
    *out = &ssh->wire;
    return true;
}
