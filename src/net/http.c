/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http.h"

#include <curl/curl.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/fiber.h"
#include "base/heartbeat.h"
#include "base/text.h"
#include "net/net_private.h"

enum {
    DEFAULT_CONNECT_MS = 10000,
    DEFAULT_TOTAL_MS = 120000,
    DEFAULT_IDLE_MS = 60000,
    DEFAULT_ANSWER_BYTES = 64 << 20,
    MAX_HEADER_BYTES = 256 << 10,
    MAX_RETRY_AFTER_SECONDS = 86400,
    IDLE = 16
};

/* The options set here never fail but for memory or a wrong constant. */
#define SET(curl, option, value) \
    BUG_IF(curl_easy_setopt(curl, option, value) != CURLE_OK)

struct http {
    CURLM *multi;     /* what is on its way, and open connections */
    CURL *idle[IDLE]; /* handles for the next ones */
    size_t idle_count;
    struct http_limits limits; /* texts are our copies */
    char *ca_file, *proxy;
};

/* One exchange on its way. */
struct transfer {
    struct http_answer *answer;
    const char *keep;
    size_t body_limit, header_bytes;
    bool too_large, changes;
    curl_off_t moved; /* bytes, both ways, when last seen */
    int departures;   /* how often the request was about to leave */
    bool over;
    CURLcode code; /* when it is over */
    char why[CURL_ERROR_SIZE];
};

static void
drop_list(struct curl_slist **list)
{
    curl_slist_free_all(*list);
}

bool
http_open(struct http **out, const struct http_limits *limits, struct err *err)
{
    struct http *http;

    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return err_set(err, TP5001, "libcurl could not be started");
    http = obtain(sizeof *http);
    if (limits != NULL)
        http->limits = *limits;
    if (http->limits.connect_ms == 0)
        http->limits.connect_ms = DEFAULT_CONNECT_MS;
    if (http->limits.total_ms == 0)
        http->limits.total_ms = DEFAULT_TOTAL_MS;
    if (http->limits.idle_ms == 0)
        http->limits.idle_ms = DEFAULT_IDLE_MS;
    if (http->limits.answer_bytes == 0)
        http->limits.answer_bytes = DEFAULT_ANSWER_BYTES;
    if (http->limits.ca_file != NULL)
        http->ca_file = obtain_text(http->limits.ca_file);
    if (http->limits.proxy != NULL)
        http->proxy = obtain_text(http->limits.proxy);
    http->multi = curl_multi_init();
    OUT_OF_MEMORY_IF(http->multi == NULL);
    *out = http;
    return true;
}

void
http_close(struct http **out)
{
    struct http *http = *out;

    if (http == NULL)
        return;
    for (size_t i = 0; i < http->idle_count; i++)
        curl_easy_cleanup(http->idle[i]);
    (void)curl_multi_cleanup(http->multi);
    release(&http->ca_file);
    release(&http->proxy);
    release(out);
}

static size_t
take_body(char *bytes, size_t one, size_t size, void *user)
{
    struct transfer *transfer = user;
    struct buf *body = &transfer->answer->body;

    (void)one;
    if (size > transfer->body_limit - body->size) {
        transfer->too_large = true;
        return 0;
    }
    buf_add(body, bytes, size);
    return size;
}

static size_t
take_header(char *line, size_t one, size_t size, void *user)
{
    struct transfer *transfer = user;

    (void)one;
    transfer->header_bytes += size;
    if (transfer->header_bytes > MAX_HEADER_BYTES) {
        transfer->too_large = true;
        return 0;
    }
    http_take_header(transfer->answer, transfer->keep, line, size);
    return size;
}

/* Called when the connection stands and the request is about to leave. curl
 * repeats a request by itself when a reused connection turns out to be dead;
 * for a change that would be a second attempt that nobody asked about. */
static int
about_to_leave(void *user, char *remote_ip, char *local_ip, int remote_port,
               int local_port)
{
    struct transfer *transfer = user;

    (void)remote_ip, (void)local_ip, (void)remote_port, (void)local_port;
    transfer->departures++;
    return transfer->changes && transfer->departures > 1 ? CURL_PREREQFUNC_ABORT
                                                         : CURL_PREREQFUNC_OK;
}

/* Bytes that move are a sign of life. */
static int
note_progress(void *user, curl_off_t down_all, curl_off_t down,
              curl_off_t up_all, curl_off_t up)
{
    struct transfer *transfer = user;

    (void)down_all, (void)up_all;
    if (down + up > transfer->moved)
        heartbeat();
    transfer->moved = down + up;
    return 0;
}

static void
set_limits(const struct http *http, CURL *curl)
{
    SET(curl, CURLOPT_CONNECTTIMEOUT_MS, http->limits.connect_ms);
    SET(curl, CURLOPT_TIMEOUT_MS, http->limits.total_ms);
    SET(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    SET(curl, CURLOPT_LOW_SPEED_TIME, (http->limits.idle_ms + 999) / 1000);
    SET(curl, CURLOPT_NOSIGNAL, 1L);
    SET(curl, CURLOPT_TCP_KEEPALIVE, 1L);
    SET(curl, CURLOPT_FOLLOWLOCATION, 0L);
    SET(curl, CURLOPT_PROXY, http->proxy != NULL ? http->proxy : "");
#if LIBCURL_VERSION_NUM >= 0x075500
    SET(curl, CURLOPT_PROTOCOLS_STR, "https,http");
#else
    SET(curl, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTPS | CURLPROTO_HTTP));
#endif
    SET(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    SET(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    SET(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (http->ca_file != NULL)
        SET(curl, CURLOPT_CAINFO, http->ca_file);
    if (http->limits.traffic != NULL)
        SET(curl, CURLOPT_CERTINFO, 1L);
    SET(curl, CURLOPT_ACCEPT_ENCODING, "");
}

static void
set_method(CURL *curl, const struct http_request *request)
{
    bool reads_only = text_equal(request->method, "GET") ||
                      text_equal(request->method, "DELETE");

    if (text_equal(request->method, "HEAD")) {
        SET(curl, CURLOPT_NOBODY, 1L);
    } else if (request->body != NULL || !reads_only) {
        SET(curl, CURLOPT_POSTFIELDS,
            request->body != NULL ? request->body : "");
        SET(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_size);
    }
    SET(curl, CURLOPT_CUSTOMREQUEST, request->method);
}

static void
set_credentials(CURL *curl, const struct http_request *request)
{
    if (request->bearer != NULL) {
        SET(curl, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
        SET(curl, CURLOPT_XOAUTH2_BEARER, request->bearer);
    } else if (request->user != NULL) {
        SET(curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
        SET(curl, CURLOPT_USERNAME, request->user);
        SET(curl, CURLOPT_PASSWORD,
            request->password != NULL ? request->password : "");
    }
}

static struct curl_slist *
add_header(struct curl_slist *list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(list, line);

    OUT_OF_MEMORY_IF(longer == NULL);
    return longer;
}

/* The caller's headers, without the two that curl would invent. A line break
 * in one would smuggle another header in. */
static bool
make_headers(const struct http_request *request, struct curl_slist **list,
             struct err *err)
{
    bool typed = false;

    for (size_t i = 0; request->headers && request->headers[i]; i++) {
        if (strpbrk(request->headers[i], "\r\n") != NULL)
            return err_set(err, TP5017, "a header holds a line break");
        if (strncasecmp(request->headers[i], "Content-Type:", 13) == 0)
            typed = true;
        *list = add_header(*list, request->headers[i]);
    }
    if (!typed)
        *list = add_header(*list, "Content-Type:");
    *list = add_header(*list, "Expect:");
    return true;
}

static bool
fail_before_leaving(CURLcode code, const struct transfer *transfer,
                    struct err *err)
{
    const char *why =
        transfer->why[0] ? transfer->why : curl_easy_strerror(code);

    if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CERTPROBLEM)
        return err_set(err, TP5006, "certificate not trusted: %s", why);
    if (code == CURLE_SSL_CACERT_BADFILE)
        return err_set(err, TP5006, "ca_file cannot be used: %s", why);
    if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL)
        return err_set(err, TP5017, "the url cannot be used: %s", why);
    return err_set(err, TP5001, "cannot be reached: %s", why);
}

/* curl's own words after the start could quote what was sent, so only its
 * fixed ones are used. */
static bool
fail(CURLcode code, const struct transfer *transfer, struct err *err)
{
    const char *why = curl_easy_strerror(code);

    if (transfer->departures == 0)
        return fail_before_leaving(code, transfer, err);
    if (transfer->departures > 1)
        why = "the connection was dead when the request left";
    if (transfer->too_large)
        return err_set_kind(
            err, TP5005, transfer->changes ? ERR_UNSURE : ERR_DATA,
            "the answer is larger than %zu bytes", transfer->body_limit);
    if (transfer->changes)
        return err_set(err, TP5004, "%s; the request may have arrived", why);
    if (code == CURLE_OPERATION_TIMEDOUT)
        return err_set(err, TP5003, "no complete answer in time");
    return err_set(err, TP5002, "%s", why);
}

static void
read_status(CURL *curl, struct http_answer *answer)
{
    curl_off_t wait = 0;

    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
    if (curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &wait) != CURLE_OK ||
        wait <= 0)
        return;
    answer->retry_after_seconds =
        wait > MAX_RETRY_AFTER_SECONDS ? MAX_RETRY_AFTER_SECONDS : (long)wait;
}

static void
clear_answer(struct http_answer *answer)
{
    struct buf body = answer->body;

    buf_clear(&body);
    memset(answer, 0, sizeof *answer);
    answer->body = body;
}

/* Where what comes goes. */
static void
set_takers(CURL *curl, struct transfer *transfer)
{
    SET(curl, CURLOPT_WRITEFUNCTION, take_body);
    SET(curl, CURLOPT_WRITEDATA, transfer);
    SET(curl, CURLOPT_HEADERFUNCTION, take_header);
    SET(curl, CURLOPT_HEADERDATA, transfer);
    SET(curl, CURLOPT_ERRORBUFFER, transfer->why);
}

static void
set_watchers(CURL *curl, struct transfer *transfer)
{
    SET(curl, CURLOPT_PRIVATE, transfer);
    SET(curl, CURLOPT_PREREQFUNCTION, about_to_leave);
    SET(curl, CURLOPT_PREREQDATA, transfer);
    SET(curl, CURLOPT_NOPROGRESS, 0L);
    SET(curl, CURLOPT_XFERINFOFUNCTION, note_progress);
    SET(curl, CURLOPT_XFERINFODATA, transfer);
}

static CURL *
take_handle(struct http *http)
{
    CURL *curl = http->idle_count > 0 ? http->idle[--http->idle_count]
                                      : curl_easy_init();

    OUT_OF_MEMORY_IF(curl == NULL);
    return curl;
}

static void
give_handle(struct http *http, CURL *curl)
{
    /* Drops the copies of credentials and the pointers to a transfer. */
    curl_easy_reset(curl);
    if (http->idle_count < IDLE)
        http->idle[http->idle_count++] = curl;
    else
        curl_easy_cleanup(curl);
}

/* Marks the transfers that are over. */
static bool
collect(struct http *http)
{
    const CURLMsg *message;
    bool any = false;
    int more;

    while ((message = curl_multi_info_read(http->multi, &more)) != NULL) {
        CURL *curl = message->easy_handle;
        CURLcode code = message->data.result;
        struct transfer *transfer = NULL;
        (void)curl_easy_getinfo(curl, CURLINFO_PRIVATE, &transfer);
        BUG_IF(curl_multi_remove_handle(http->multi, curl) != CURLM_OK);
        transfer->code = code;
        transfer->over = any = true;
    }
    return any;
}

static void
move_bytes(void *user, int milliseconds)
{
    struct http *http = user;
    int running;

    BUG_IF(curl_multi_perform(http->multi, &running) != CURLM_OK);
    if (!collect(http))
        (void)curl_multi_poll(http->multi, NULL, 0, milliseconds, NULL);
}

void
http_wait(struct http *http, const bool *until)
{
    fiber_wait(until, move_bytes, http);
}

/* Until when the server's own certificate, the first of its chain, is good;
 * told when a connection is made, not when one is used again. */
static void
note_certificate(struct traffic *traffic, CURL *curl)
{
    static const char field[] = "Expire date:";
    const struct curl_certinfo *chain = NULL;

    if (curl_easy_getinfo(curl, CURLINFO_CERTINFO, &chain) != CURLE_OK ||
        chain == NULL || chain->num_of_certs < 1)
        return;
    for (const struct curl_slist *at = chain->certinfo[0]; at; at = at->next) {
        if (strncmp(at->data, field, sizeof field - 1) != 0)
            continue;
        time_t ends = curl_getdate(at->data + sizeof field - 1, NULL);
        if (ends > 0)
            traffic_certificate(traffic, (moment)ends * 1000);
    }
}

static void
note_traffic(const struct http *http, CURL *curl,
             const struct transfer *transfer)
{
    struct traffic *traffic = http->limits.traffic;
    const struct http_answer *answer = transfer->answer;

    if (traffic == NULL)
        return;
    note_certificate(traffic, curl);
    traffic_answer(traffic, transfer->code == CURLE_OK ? answer->status : 0,
                   answer->retry_after_seconds);
}

void
http_note_token(const struct http *http, moment ends)
{
    if (http->limits.traffic != NULL)
        traffic_token(http->limits.traffic, ends);
}

static CURLcode
perform(struct http *http, const struct http_request *request,
        struct transfer *transfer, struct curl_slist *headers)
{
    CURL *curl = take_handle(http);

    set_limits(http, curl);
    set_method(curl, request);
    set_credentials(curl, request);
    set_takers(curl, transfer);
    set_watchers(curl, transfer);
    SET(curl, CURLOPT_URL, request->url);
    SET(curl, CURLOPT_HTTPHEADER, headers);
    heartbeat();
    BUG_IF(curl_multi_add_handle(http->multi, curl) != CURLM_OK);
    http_wait(http, &transfer->over);
    if (transfer->code == CURLE_OK)
        read_status(curl, transfer->answer);
    note_traffic(http, curl, transfer);
    give_handle(http, curl);
    return transfer->code;
}

bool
http_send(struct http *http, const struct http_request *request,
          struct http_answer *answer, struct err *err)
{
    char place[HTTP_PLACE];
    CLEANUP(drop_list) struct curl_slist *headers = NULL;
    struct transfer transfer = { .answer = answer,
                                 .keep = request->keep,
                                 .body_limit = http->limits.answer_bytes,
                                 .changes = http_changes(request) };

    clear_answer(answer);
    if (!http_url_check(request->url, place, err))
        return false;
    if (!make_headers(request, &headers, err))
        return err_at(err, "%s %s", request->method, place);
    CURLcode code = perform(http, request, &transfer, headers);
    if (code != CURLE_OK) {
        fail(code, &transfer, err);
        return err_at(err, "%s %s", request->method, place);
    }
    return true;
}
