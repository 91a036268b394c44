/* SPDX-License-Identifier: Apache-2.0 */
/* The listener: sockets, limits, and requests as exchanges. */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "web/web_private.h"

enum {
    IDLE_SECONDS = 10,      /* without a byte */
    HEAD_BYTES = 32 * 1024, /* of a request's line and headers */
    TICK_MS = 1000,
    BODIES_MOST = 256 * 1024 * 1024 /* of all exchanges together */
};

/* A connection, from its first byte: who is slow is cut off. */
struct visitor {
    struct MHD_Connection *connection;
    int64_t since; /* of the request under way */
    struct visitor *next;
};

struct web {
    const struct web_options *options;
    const struct web_face *face;
    struct MHD_Daemon *daemon;
    struct visitor *visitors;
    size_t bodies; /* bytes that exchanges hold */
};

/* libmicrohttpd asks for what it does not change. */
static void *
discard_const(const char *text)
{
    return (void *)(uintptr_t)text;
}

/* ---- exchanges */

static bool
is_proxy(const struct web_options *options, const char *address)
{
    for (size_t i = 0; i < options->proxy_count; i++)
        if (text_equal(options->proxies[i], address))
            return true;
    return false;
}

/* Behind proxies of ours, the last address that is none of them; what stands
 * before it is anybody's word. */
static void
find_source(struct exchange *it)
{
    const struct web_options *options = it->web->options;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(
        it->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const char *chain = MHD_lookup_connection_value(
        it->connection, MHD_HEADER_KIND, "X-Forwarded-For");
    char list[512], *last;

    if (info != NULL)
        address_text(info->client_addr, it->source);
    if (chain == NULL || !text_copy(list, sizeof list, chain))
        return;
    while (is_proxy(options, it->source)) {
        last = strrchr(list, ',');
        const char *word = text_trim(last != NULL ? last + 1 : list);
        unsigned char bytes[16];
        if (inet_pton(AF_INET, word, bytes) != 1 &&
            inet_pton(AF_INET6, word, bytes) != 1)
            return;
        text_copy(it->source, sizeof it->source, word);
        if (last == NULL)
            return;
        *last = '\0';
    }
}

void
web_answer(struct exchange *it, unsigned status, const char *type,
           const char *text, long retry_seconds)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        text != NULL ? strlen(text) : 0, discard_const(text),
        MHD_RESPMEM_MUST_COPY);
    char seconds[24];

    it->answered = true;
    if (response == NULL)
        return;
    if (type != NULL)
        MHD_add_response_header(response, "Content-Type", type);
    MHD_add_response_header(response, "Cache-Control", "no-store");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(
            response, "Allow",
            text_equal(it->web->face->name, "door") ? "POST" : "GET, HEAD");
    if (retry_seconds > 0) {
        text_format(seconds, sizeof seconds, "%ld", retry_seconds);
        MHD_add_response_header(response, "Retry-After", seconds);
    }
    MHD_queue_response(it->connection, status, response);
    MHD_destroy_response(response);
}

struct looking {
    const char *name, *value;
    int count;
};

static enum MHD_Result
look(void *user, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct looking *looking = user;

    (void)kind;
    if (strcasecmp(name, looking->name) == 0) {
        looking->count++;
        looking->value = value;
    }
    return MHD_YES;
}

const char *
web_header(const struct exchange *it, const char *name, bool *twice)
{
    struct looking looking = { name, NULL, 0 };

    MHD_get_connection_values(it->connection, MHD_HEADER_KIND, look, &looking);
    *twice = looking.count > 1;
    if (looking.count == 0)
        return NULL;
    return *twice || looking.value == NULL ? "" : looking.value;
}

const char *
web_parameter(const struct exchange *it, const char *name)
{
    return MHD_lookup_connection_value(it->connection, MHD_GET_ARGUMENT_KIND,
                                       name);
}

static bool
too_large_already(const struct exchange *it)
{
    const char *text = MHD_lookup_connection_value(
        it->connection, MHD_HEADER_KIND, "Content-Length");
    long size;

    return text != NULL && (!text_number(text, INT32_MAX, &size) ||
                            (size_t)size > it->body_most);
}

static enum MHD_Result
begin(struct web *web, struct exchange *it)
{
    find_source(it);
    web->face->begin(web->face->user, it);
    if (!it->answered && too_large_already(it))
        web_answer(it, MHD_HTTP_CONTENT_TOO_LARGE, "text/plain",
                   "the body is too large\n", 0);
    return MHD_YES;
}

/* What is too much is passed over for a while, so that its sender hears why;
 * then the connection is cut. */
static enum MHD_Result
collect(struct web *web, struct exchange *it, const char *bytes, size_t size)
{
    it->body_seen += size;
    if (it->body_seen > 2 * it->body_most + 65536)
        return MHD_NO;
    if (it->answered || it->body_seen > it->body_most)
        return MHD_YES;
    if (web->bodies + size > BODIES_MOST)
        return MHD_NO;
    web->bodies += size;
    buf_add(&it->body, bytes, size);
    return MHD_YES;
}

static void
finish(struct web *web, struct exchange *it)
{
    if (it->answered)
        return;
    if (it->body_seen > it->body_most)
        web_answer(it, MHD_HTTP_CONTENT_TOO_LARGE, "text/plain",
                   "the body is too large\n", 0);
    else
        web->face->finish(web->face->user, it);
    if (!it->answered)
        web_answer(it, MHD_HTTP_INTERNAL_SERVER_ERROR, NULL, NULL, 0);
}

static enum MHD_Result
on_request(void *user, struct MHD_Connection *connection, const char *path,
           const char *method, const char *version, const char *bytes,
           size_t *size, void **state)
{
    struct web *web = user;
    struct exchange *it = *state;

    (void)version;
    if (it == NULL) {
        it = obtain(sizeof *it);
        it->web = web;
        it->connection = connection;
        it->method = method;
        it->path = path;
        it->begun = when_steady();
        *state = it;
        return begin(web, it);
    }
    if (*size > 0) {
        size_t given = *size;
        *size = 0;
        return collect(web, it, bytes, given);
    }
    it->path = path;
    finish(web, it);
    return MHD_YES;
}

static void
on_completed(void *user, struct MHD_Connection *connection, void **state,
             enum MHD_RequestTerminationCode why)
{
    struct web *web = user;
    struct exchange *it = *state;

    (void)why;
    for (struct visitor *v = web->visitors; v != NULL; v = v->next)
        if (v->connection == connection)
            v->since = when_steady();
    if (it == NULL)
        return;
    web->bodies -= it->body.size;
    buf_free(&it->body);
    release(&it);
    *state = NULL;
}

/* ---- connections */

static void
on_connection(void *user, struct MHD_Connection *connection, void **state,
              enum MHD_ConnectionNotificationCode what)
{
    struct web *web = user;
    struct visitor **at = &web->visitors;

    (void)state;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        struct visitor *visitor = obtain(sizeof *visitor);
        *visitor = (struct visitor){ connection, when_steady(), *at };
        *at = visitor;
        return;
    }
    while (*at != NULL && (*at)->connection != connection)
        at = &(*at)->next;
    if (*at != NULL) {
        struct visitor *gone = *at;
        *at = gone->next;
        release(&gone);
    }
}

/* A byte now and then does not keep a place for ever. */
static void
cut_off_the_slow(struct web *web)
{
    int64_t oldest =
        when_steady() - (int64_t)web->options->patience_seconds * 1000000000;

    for (struct visitor *v = web->visitors; v != NULL; v = v->next) {
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(
            v->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        if (v->since < oldest && info != NULL)
            shutdown(info->connect_fd, SHUT_RDWR);
    }
}

static bool
start(struct web *web, int socket_fd, struct err *err)
{
    const struct web_options *options = web->options;
    unsigned flags = MHD_USE_EPOLL | MHD_USE_ITC;
    struct MHD_OptionItem tls[] = {
        { MHD_OPTION_HTTPS_MEM_CERT, 0, discard_const(options->certificate) },
        { MHD_OPTION_HTTPS_MEM_KEY, 0, discard_const(options->key) },
        { MHD_OPTION_HTTPS_PRIORITIES, 0,
          discard_const("NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2") },
        { MHD_OPTION_END, 0, NULL }
    };
    const struct MHD_OptionItem none[] = { { MHD_OPTION_END, 0, NULL } };

    if (options->certificate != NULL)
        flags |= MHD_USE_TLS;
    web->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, web, MHD_OPTION_LISTEN_SOCKET,
        socket_fd, MHD_OPTION_CONNECTION_LIMIT, options->connections,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, options->per_source,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEAD_BYTES,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_COMPLETED,
        on_completed, web, MHD_OPTION_NOTIFY_CONNECTION, on_connection, web,
        MHD_OPTION_ARRAY, options->certificate != NULL ? tls : none,
        MHD_OPTION_END);
    if (web->daemon != NULL)
        return true;
    close(socket_fd);
    return err_set(err, TP8071, "the listener on %s does not start%s",
                   options->listen,
                   options->certificate != NULL
                       ? "; do certificate and key belong together?"
                       : "");
}

static int
pause_of(struct web *web)
{
    MHD_UNSIGNED_LONG_LONG wait;

    if (MHD_get_timeout(web->daemon, &wait) == MHD_YES && wait < TICK_MS)
        return (int)wait;
    return TICK_MS;
}

static void
loop(struct web *web, const struct web_life *life)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(web->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    struct pollfd fds[] = { { .fd = life->stop, .events = POLLIN },
                            { .fd = info->epoll_fd, .events = POLLIN } };
    int64_t ticked = when_steady();

    for (;;) {
        int ready = poll(fds, 2, pause_of(web));
        if (ready < 0 && errno != EINTR)
            return;
        MHD_run(web->daemon);
        if (ready > 0 && fds[0].revents != 0)
            return;
        if (when_steady() - ticked < (int64_t)TICK_MS * 1000000)
            continue;
        ticked = when_steady();
        cut_off_the_slow(web);
        if (life->alive != NULL)
            life->alive(life->user);
    }
}

bool
web_listen(const struct web_options *options, const struct web_face *face,
           const struct web_life *life, struct err *err)
{
    struct web web = { .options = options, .face = face };
    char where[80];
    int fd = -1;

    if (!address_listen(options->listen, &fd, where, err))
        return err_at(err, "%s", face->name);
    if (!start(&web, fd, err))
        return err_at(err, "%s", face->name);
    log_line(LOG_INFO, "the %s listens on %s", face->name, where);
    if (life->listens != NULL)
        life->listens(life->user, where);
    loop(&web, life);
    MHD_stop_daemon(web.daemon);
    return true;
}
