/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP listeners and the faults around each request. */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/text.h"
#include "base/when.h"
#include "sandbox/nav.h"
#include "sandbox/sandbox.h"
#include "sandbox/schema.h"

enum { BODY_MAX = 64 << 20, TICK_MS = 20 };

struct listener {
    struct sandbox *box;
    enum service service;
    struct MHD_Daemon *daemon;
};

static volatile sig_atomic_t stopping;

static void
stop(int number)
{
    (void)number;
    stopping = 1;
}

static void
handle(struct sandbox *box, enum service service, struct call *call)
{
    if (text_starts(call->path, "/_sandbox/"))
        admin_handle(box, service, call);
    else if (service == SERVICE_NAV)
        nav_handle(box, call);
    else if (service == SERVICE_CLEO)
        cleo_handle(box, call);
    else if (service == SERVICE_ODOO)
        odoo_handle(box, call);
    else
        token_handle(box, call);
    struct err err = { 0 };
    if (!world_commit(&box->world, &err)) {
        err_print(stderr, &err);
        call_answer(call, 500, "text/plain", err.text);
    }
}

/* An error in the words of the service. */
static void
fail(enum service service, struct call *call, int status, const char *code,
     const char *what)
{
    if (service == SERVICE_NAV)
        (void)nav_fail(call, status, code, "%s", what);
    else if (service == SERVICE_CLEO || service == SERVICE_ODOO)
        call_answer_json(call, status, json_pack("{s:s}", "message", what));
    else
        call_answer_json(call, status,
                         json_pack("{s:s,s:s}", "error",
                                   "temporarily_unavailable",
                                   "error_description", what));
}

/* Answers without doing anything; false when the request goes on. */
static bool
fail_before(enum service service, struct call *call, const struct fault *fault)
{
    const char *what = "The sandbox was asked to fail.";
    if (fault->kind == FAULT_CUT_BEFORE)
        call->cut = true;
    else if (fault->kind == FAULT_429)
        fail(service, call, 429, "Application_TooManyRequests", what);
    else if (fault->kind == FAULT_503_BEFORE)
        fail(service, call, 503, "Internal_TenantUnavailable", what);
    else if (fault->kind == FAULT_EXPIRED_TOKEN)
        fail(service, call, 401, "Authentication_InvalidCredentials",
             "The token has expired.");
    else if (fault->kind == FAULT_LATE_COMMIT)
        fail(service, call, 504, "Internal_ServerError",
             "The gateway did not receive a response in time.");
    else
        return false;
    if (fault->retry_after > 0)
        call_add_header(call, "Retry-After",
                        arena_printf(call->arena, "%ld", fault->retry_after));
    return true;
}

/* A copy that outlives the connection. */
static void
keep_for_later(struct sandbox *box, enum service service,
               const struct call *call, long seconds)
{
    struct call *copy = call_new();
    copy->method = arena_strdup(copy->arena, call->method);
    copy->path = arena_strdup(copy->arena, call->path);
    copy->host = arena_strdup(copy->arena, call->host);
    copy->header_count = call->header_count;
    copy->query_count = call->query_count;
    for (size_t i = 0; i < call->header_count; i++)
        copy->headers[i] =
            (struct pair){ arena_strdup(copy->arena, call->headers[i].name),
                           arena_strdup(copy->arena, call->headers[i].value) };
    for (size_t i = 0; i < call->query_count; i++)
        copy->query[i] =
            (struct pair){ arena_strdup(copy->arena, call->query[i].name),
                           arena_strdup(copy->arena, call->query[i].value) };
    buf_add(&copy->body, buf_text(&call->body), call->body.size);
    struct late *late = obtain(sizeof *late);
    *late = (struct late){ .next = box->late,
                           .call = copy,
                           .service = service,
                           .due = when_steady() + seconds * 1000000000LL };
    box->late = late;
}

static void
run_late(struct sandbox *box, bool all)
{
    for (struct late **at = &box->late; *at;) {
        struct late *late = *at;
        if (!all && late->due > when_steady()) {
            at = &late->next;
            continue;
        }
        *at = late->next;
        if (!all)
            handle(box, late->service, late->call);
        call_free(&late->call);
        release(&late);
    }
}

static void
fail_after(enum service service, struct call *call, enum fault_kind kind)
{
    if (kind == FAULT_CUT_AFTER)
        call->cut = true;
    else if (kind == FAULT_500_AFTER)
        fail(service, call, 500, "Internal_ServerError",
             "An unexpected error occurred after the change was made.");
}

/* What an answer takes, others' being made meanwhile. */
static void
take_time(struct sandbox *box, enum service service, const struct fault *fault)
{
    long wait = service == SERVICE_NAV ? box->options.latency : 0;
    if (fault->kind == FAULT_SLOW)
        wait += fault->seconds * 1000;
    if (wait == 0)
        return;
    pthread_mutex_unlock(&box->lock);
    when_sleep((int)wait);
    pthread_mutex_lock(&box->lock);
}

static void
serve(struct sandbox *box, enum service service, struct call *call)
{
    struct fault fault =
        faults_take(&box->faults, (int)service, call->method, call->path);
    take_time(box, service, &fault);
    if (fault.kind == FAULT_LATE_COMMIT)
        keep_for_later(box, service, call, fault.seconds);
    if (!fail_before(service, call, &fault)) {
        handle(box, service, call);
        fail_after(service, call, fault.kind);
    }
}

static void
process(struct sandbox *box, enum service service, struct call *call)
{
    pthread_mutex_lock(&box->lock);
    if (text_starts(call->path, "/_sandbox/")) {
        handle(box, service, call);
    } else {
        long counts = service == SERVICE_NAV;
        box->under_way += counts;
        box->requests += counts;
        if (box->under_way > box->most)
            box->most = box->under_way;
        serve(box, service, call);
        box->under_way -= counts;
    }
    pthread_mutex_unlock(&box->lock);
}

static enum MHD_Result
add_header(void *user, enum MHD_ValueKind kind, const char *name,
           const char *value)
{
    struct call *call = user;
    (void)kind;
    if (call->header_count < CALL_PAIRS)
        call->headers[call->header_count++] =
            (struct pair){ name, value ? value : "" };
    return MHD_YES;
}

static enum MHD_Result
add_query(void *user, enum MHD_ValueKind kind, const char *name,
          const char *value)
{
    struct call *call = user;
    (void)kind;
    if (call->query_count < CALL_PAIRS)
        call->query[call->query_count++] =
            (struct pair){ name, value ? value : "" };
    return MHD_YES;
}

static enum MHD_Result
send_answer(struct MHD_Connection *connection, struct call *call)
{
    if (call->cut)
        return MHD_NO;
    struct MHD_Response *response = MHD_create_response_from_buffer(
        call->answer.size,
        call->answer.text ? (void *)call->answer.text : (void *)(uintptr_t) "",
        MHD_RESPMEM_MUST_COPY);
    if (call->type && call->answer.size > 0)
        (void)MHD_add_response_header(response, "Content-Type", call->type);
    for (size_t i = 0; i < call->out_count; i++)
        (void)MHD_add_response_header(response, call->out[i].name,
                                      call->out[i].value);
    enum MHD_Result result =
        MHD_queue_response(connection, (unsigned)call->status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result
on_request(void *user, struct MHD_Connection *connection, const char *url,
           const char *method, const char *version, const char *upload,
           size_t *upload_size, void **state)
{
    struct listener *listener = user;
    struct call *call = *state;
    (void)version;
    if (!call) {
        *state = call_new();
        return MHD_YES;
    }
    if (*upload_size > 0) {
        if (call->body.size + *upload_size > BODY_MAX)
            return MHD_NO;
        buf_add(&call->body, upload, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    call->method = arena_strdup(call->arena, method);
    call->path = arena_strdup(call->arena, url);
    (void)MHD_get_connection_values(connection, MHD_HEADER_KIND, add_header,
                                    call);
    (void)MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND,
                                    add_query, call);
    const char *host = call_header(call, "Host");
    call->host = arena_strdup(call->arena, host ? host : "127.0.0.1");
    call->status = 200;
    process(listener->box, listener->service, call);
    return send_answer(connection, call);
}

static void
on_end(void *user, struct MHD_Connection *connection, void **state,
       enum MHD_RequestTerminationCode code)
{
    struct call *call = *state;
    (void)user;
    (void)connection;
    (void)code;
    call_free(&call);
    *state = NULL;
}

static bool
listen_on(struct sandbox *box, struct listener *listener, struct err *err)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)box->options.ports[listener->service]),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)
    };
    socklen_t size = sizeof address;
    int on = 1, listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr *generic = (struct sockaddr *)&address;
    if (listening < 0 || bind(listening, generic, size) != 0 ||
        listen(listening, 64) != 0 ||
        getsockname(listening, generic, &size) != 0)
        return err_set(err, TP9101, "port %ld of 127.0.0.1 cannot be opened",
                       box->options.ports[listener->service]);
    box->ports[listener->service] = ntohs(address.sin_port);
    listener->daemon = MHD_start_daemon(
        MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD, 0,
        NULL, NULL, on_request, listener, MHD_OPTION_LISTEN_SOCKET, listening,
        MHD_OPTION_NOTIFY_COMPLETED, on_end, NULL,
        MHD_OPTION_CONNECTION_TIMEOUT, 120U, MHD_OPTION_END);
    if (!listener->daemon)
        return err_set(err, TP9101, "no listener on port %ld",
                       box->ports[listener->service]);
    return true;
}

static bool
write_ports(const struct sandbox *box, struct err *err)
{
    char text[120], dir[4096];
    (void)text_format(text, sizeof text,
                      "{\"nav\":%ld,\"cleo\":%ld,\"token\":%ld,\"odoo\":%ld}\n",
                      box->ports[SERVICE_NAV], box->ports[SERVICE_CLEO],
                      box->ports[SERVICE_TOKEN], box->ports[SERVICE_ODOO]);
    if (!box->options.ports_file) {
        (void)fputs(text, stdout);
        (void)fflush(stdout);
        return true;
    }
    if (!text_copy(dir, sizeof dir, box->options.ports_file))
        return err_set(err, TP9101, "the name of the ports file is too long");
    char *slash = strrchr(dir, '/');
    if (slash)
        *slash = '\0';
    return durable_write_view(slash ? dir : ".", slash ? slash + 1 : dir, text,
                              strlen(text), 0640, err);
}

static void
wait_for_stop(struct sandbox *box)
{
    while (!stopping) {
        when_sleep(TICK_MS);
        pthread_mutex_lock(&box->lock);
        run_late(box, false);
        pthread_mutex_unlock(&box->lock);
    }
}

static bool
prepare(struct sandbox *box, struct err *err)
{
    box->arena = arena_new();
    pthread_mutex_init(&box->lock, NULL);
    schema_load(box->arena);
    if (!world_open(&box->world, box->options.dir, err))
        return false;
    if (!box->world.loaded)
        data_fill(&box->world, &box->options, box->arena);
    return data_folders(&box->options, err) && world_commit(&box->world, err);
}

bool
sandbox_serve(struct sandbox *box, struct err *err)
{
    struct listener listeners[SERVICES] = { 0 };
    struct sigaction action = { .sa_handler = stop };
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    bool ok = prepare(box, err);
    for (int i = 0; ok && i < SERVICES; i++) {
        listeners[i].box = box;
        listeners[i].service = (enum service)i;
        ok = listen_on(box, &listeners[i], err);
    }
    ok = ok && write_ports(box, err);
    if (ok)
        wait_for_stop(box);
    for (int i = 0; i < SERVICES; i++)
        if (listeners[i].daemon)
            MHD_stop_daemon(listeners[i].daemon);
    run_late(box, true);
    world_close(&box->world);
    pthread_mutex_destroy(&box->lock);
    arena_free(&box->arena);
    return ok;
}
