/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "base/text.h"
#include "http_server.h"
#include "net/http.h"
#include "net/oauth.h"
#include "test.h"

static struct http_server server;
static struct http *http;
static struct http_answer answer;
static struct err err;
static char url[128];

static void
start(const char *const *script, const struct http_limits *limits)
{
    memset(&err, 0, sizeof err);
    memset(&answer, 0, sizeof answer);
    http_server_start(&server, script);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/path?token=canary",
             server.port);
    CHECK_OK(http_open(&http, limits, &err), &err);
}

static void
stop(void)
{
    buf_free(&answer.body);
    http_close(&http);
    http_server_stop(&server);
}

static void
sends_and_reads(void)
{
    const char *headers[] = { "X-Ours: yes", NULL };
    const char *script[] = { http_answer_text(
                                 "200 OK",
                                 "ETag: W/\"7\"\r\nX-Transfer:  t-9 \r\n"
                                 "x-ms-request-id: r1\r\nContent-Type: a/b\r\n",
                                 "hello"),
                             http_answer_text("204 No Content", "", ""), NULL };
    struct http_request request = { .method = "POST",
                                    .headers = headers,
                                    .body = "a=b",
                                    .body_size = 3,
                                    .bearer = "tok",
                                    .keep = "x-transfer" };

    start(script, NULL);
    request.url = url;
    CHECK_OK(http_send(http, &request, &answer, &err), &err);
    CHECK(answer.status == 200);
    CHECK_TEXT(buf_text(&answer.body), "hello");
    CHECK_TEXT(answer.etag, "W/\"7\"");
    CHECK_TEXT(answer.kept, "t-9");
    CHECK_TEXT(answer.request_id, "r1");
    CHECK_TEXT(answer.content_type, "a/b");
    CHECK(strstr(server.seen->last, "POST /path?token=canary HTTP/1.1\r\n"));
    CHECK(strstr(server.seen->last, "X-Ours: yes\r\n"));
    CHECK(strstr(server.seen->last, "Authorization: Bearer tok\r\n"));
    CHECK(strstr(server.seen->last, "\r\n\r\na=b"));
    CHECK(strstr(server.seen->last, "Content-Type") == NULL);
    request = (struct http_request){
        .method = "DELETE", .url = url, .user = "u", .password = "p"
    };
    CHECK_OK(http_send(http, &request, &answer, &err), &err);
    CHECK(answer.status == 204 && answer.body.size == 0 && !answer.kept[0]);
    CHECK(strstr(server.seen->last, "Authorization: Basic dTpw\r\n"));
    CHECK(server.seen->connections == 1);
    stop();
}

static enum err_kind
classified(const char *method, long status, long wait)
{
    struct http_request request = { .method = method };
    struct http_answer told = { .status = status, .retry_after_seconds = wait };

    memset(&err, 0, sizeof err);
    return http_classify(&request, &told, "x", &err) ? ERR_NONE : err.kind;
}

static void
classifies(void)
{
    CHECK(classified("GET", 200, 0) == ERR_NONE);
    CHECK(classified("GET", 302, 0) == ERR_CONFIG);
    CHECK(classified("GET", 401, 0) == ERR_AUTH);
    CHECK(classified("POST", 403, 0) == ERR_AUTH);
    CHECK(classified("POST", 404, 0) == ERR_DATA);
    CHECK(classified("GET", 408, 0) == ERR_RETRY);
    CHECK(classified("PUT", 408, 0) == ERR_UNSURE);
    CHECK(classified("PATCH", 412, 0) == ERR_CONFLICT);
    CHECK(classified("POST", 429, 7) == ERR_THROTTLED);
    CHECK(err.retry_after_seconds == 7);
    CHECK(classified("GET", 500, 0) == ERR_RETRY);
    CHECK(classified("POST", 500, 0) == ERR_UNSURE);
    CHECK(classified("DELETE", 502, 0) == ERR_UNSURE);
    CHECK(classified("POST", 503, 0) == ERR_UNSURE);
    CHECK(classified("POST", 503, 9) == ERR_THROTTLED);
    CHECK(classified("GET", 504, 0) == ERR_RETRY);
}

static int64_t
counted(const struct traffic *traffic, long status)
{
    for (size_t i = 0; i < traffic->kinds; i++)
        if (traffic->counts[i].status == status)
            return traffic->counts[i].requests;
    return 0;
}

static void
counts_what_came(void)
{
    const char *wait = http_answer_text("429 Wait", "Retry-After: 12\r\n", "");
    const char *script[] = { http_answer_text("200 OK", "", "a"),
                             wait,
                             wait,
                             SERVE_CLOSE,
                             SERVE_CLOSE,
                             NULL };
    struct traffic traffic = { 0 };
    const struct http_limits limits = { .traffic = &traffic };
    struct http_request request = { .method = "GET" };

    start(script, &limits);
    request.url = url;
    for (int i = 0; i < 4; i++)
        if (!http_send(http, &request, &answer, &err))
            err_clear(&err);
    CHECK(counted(&traffic, 200) == 1 && counted(&traffic, 429) == 2);
    CHECK(counted(&traffic, 0) == 1 && traffic.news);
    /* The two ask for the same twelve seconds. */
    CHECK(traffic.throttled_ms >= 12000 && traffic.throttled_ms < 20000);
    traffic_taken(&traffic);
    CHECK(!traffic.news && traffic.kinds == 0 && traffic.throttled_ms == 0);
    for (long status = 100; status < 100 + 2 * TRAFFIC_KINDS; status++)
        traffic_answer(&traffic, status, 0);
    CHECK(traffic.kinds == TRAFFIC_KINDS);
    CHECK(traffic.counts[TRAFFIC_KINDS - 1].requests == TRAFFIC_KINDS + 1);
    stop();
}

static void
refuses_plain_http_and_odd_urls(void)
{
    static const struct {
        const char *url;
        enum err_code code;
    } cases[] = {
        { "http://example.com/", TP5011 },
        { "http://127.0.0.1.example.com/", TP5011 },
        { "http://128.0.0.1/", TP5011 },
        { "http://localhost.example/", TP5011 },
        { "https://user:canary@127.0.0.1/", TP5017 },
        { "file:///etc/passwd", TP5017 },
        { "ftp://127.0.0.1/", TP5017 },
        { "", TP5017 },
        /* Allowed, but nobody listens. */
        { "http://127.8.9.1:1/", TP5001 },
        { "http://localhost:1/", TP5001 },
        { "http://[::1]:1/", TP5001 },
        { "https://127.0.0.1:1/", TP5001 },
    };

    memset(&err, 0, sizeof err);
    memset(&answer, 0, sizeof answer);
    CHECK_OK(http_open(&http, NULL, &err), &err);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct http_request request = { .method = "POST", .url = cases[i].url };
        memset(&err, 0, sizeof err);
        CHECK(!http_send(http, &request, &answer, &err));
        if (err.code != cases[i].code)
            printf("# %s: %s %s\n", cases[i].url, err_name(err.code), err.text);
        CHECK(err.code == cases[i].code);
        CHECK(strstr(err.text, "canary") == NULL);
    }
    buf_free(&answer.body);
    http_close(&http);
}

static enum err_code
breaks(const char *method, const char *what)
{
    const char *script[] = { what, NULL };
    struct http_limits limits = { .total_ms = 300 };
    struct http_request request = { .method = method };

    start(script, &limits);
    request.url = url;
    CHECK(!http_send(http, &request, &answer, &err));
    CHECK(strstr(err.text, "canary") == NULL && !strstr(err.at, "canary"));
    enum err_code code = err.code;
    stop();
    return code;
}

static void
is_unsure_once_a_change_has_left(void)
{
    CHECK(breaks("GET", SERVE_CLOSE) == TP5002);
    CHECK(breaks("POST", SERVE_CLOSE) == TP5004);
    CHECK(breaks("DELETE", SERVE_CLOSE) == TP5004);
    CHECK(breaks("GET", SERVE_HANG) == TP5003);
    CHECK(breaks("PATCH", SERVE_HANG) == TP5004);
    CHECK(breaks("PUT", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal") ==
          TP5004);
    CHECK(breaks("POST", "not http at all\r\n\r\n") == TP5004);
}

/* curl would send it again by itself on a fresh connection. */
static void
never_repeats_a_change(void)
{
    const char *script[] = { http_answer_text("200 OK", "", "1"), SERVE_CLOSE,
                             http_answer_text("200 OK", "", "2"), NULL };
    struct http_request request = { .method = "GET" };

    start(script, NULL);
    request.url = url;
    CHECK_OK(http_send(http, &request, &answer, &err), &err);
    request.method = "POST";
    CHECK(!http_send(http, &request, &answer, &err));
    CHECK(err.code == TP5004 && err.kind == ERR_UNSURE);
    CHECK(server.seen->requests == 2);
    stop();
}

static void
limits_the_answer(void)
{
    const char *script[] = { http_answer_text("200 OK", "", "12345"),
                             http_answer_text("200 OK", "", "123456"),
                             http_answer_text("200 OK", "", "123456"), NULL };
    struct http_limits limits = { .answer_bytes = 5 };
    struct http_request request = { .method = "GET" };

    start(script, &limits);
    request.url = url;
    CHECK_OK(http_send(http, &request, &answer, &err), &err);
    CHECK(!http_send(http, &request, &answer, &err));
    CHECK(err.code == TP5005 && err.kind == ERR_DATA);
    memset(&err, 0, sizeof err);
    request.method = "POST";
    CHECK(!http_send(http, &request, &answer, &err));
    CHECK(err.code == TP5005 && err.kind == ERR_UNSURE);
    stop();
}

static void
reads_retry_after(void)
{
    char date[80], header[128];
    time_t soon = time(NULL) + 30;
    struct tm parts;
    struct http_request request = { .method = "GET" };

    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT",
             gmtime_r(&soon, &parts));
    snprintf(header, sizeof header, "Retry-After: %s\r\n", date);
    const char *script[] = {
        http_answer_text("429 Wait", "Retry-After: 12\r\n", ""),
        http_answer_text("503 Wait", header, ""),
        http_answer_text("429 Wait", "Retry-After: 999999999\r\n", ""),
        http_answer_text("302 Found", "Location: http://127.0.0.1:1/\r\n", ""),
        NULL
    };
    start(script, NULL);
    request.url = url;
    CHECK_OK(http_send(http, &request, &answer, &err), &err);
    CHECK(answer.retry_after_seconds == 12);
    CHECK_OK(http_send(http, &request, &answer, &err), &err);
    CHECK(answer.retry_after_seconds > 20 && answer.retry_after_seconds <= 30);
    CHECK_OK(http_send(http, &request, &answer, &err), &err);
    CHECK(answer.retry_after_seconds == 86400);
    CHECK_OK(http_send(http, &request, &answer, &err), &err);
    CHECK(answer.status == 302 && server.seen->requests == 4);
    stop();
}

static void
refuses_smuggled_headers(void)
{
    const char *headers[] = { "X: a\r\nHost: b", NULL };
    struct http_request request = { .method = "GET",
                                    .url = "http://127.0.0.1:1/",
                                    .headers = headers };

    memset(&err, 0, sizeof err);
    memset(&answer, 0, sizeof answer);
    CHECK_OK(http_open(&http, NULL, &err), &err);
    CHECK(!http_send(http, &request, &answer, &err));
    CHECK(err.code == TP5017);
    http_close(&http);
}

static struct oauth *
sign_on(const char *grant, const char *const *script)
{
    struct oauth_settings settings = { .url = url,
                                       .grant = grant,
                                       .client = "me&you",
                                       .secret = "s 1",
                                       .user = "u",
                                       .password = "canary",
                                       .scope = "all" };
    struct oauth *oauth = NULL;

    start(script, NULL);
    CHECK_OK(oauth_open(&oauth, http, &settings, &err), &err);
    return oauth;
}

#define TOKEN(t, life, more) \
    "{\"access_token\":\"" t "\",\"expires_in\":" life more "}"

static void
gets_one_token_and_keeps_it(void)
{
    const char *script[] = {
        http_answer_text("200 OK", "", TOKEN("t1", "3600", "")), NULL
    };
    struct oauth *oauth = sign_on("client_credentials", script);
    const char *token = NULL;

    CHECK_OK(oauth_token(oauth, &token, &err), &err);
    CHECK_OK(oauth_token(oauth, &token, &err), &err);
    CHECK_TEXT(token, "t1");
    CHECK(server.seen->requests == 1);
    CHECK(strstr(server.seen->last,
                 "\r\n\r\ngrant_type=client_credentials&client_id=me%26you&"
                 "client_secret=s%201&scope=all"));
    oauth_close(&oauth);
    stop();
}

static void
renews_with_the_newest_refresh_token(void)
{
    const char *script[] = {
        http_answer_text("200 OK", "",
                         TOKEN("t1", "0", ",\"refresh_token\":\"r1\"")),
        http_answer_text("200 OK", "",
                         TOKEN("t2", "\"0\"", ",\"refresh_token\":\"r2\"")),
        http_answer_text("400 Bad", "", "{\"error\":\"invalid_grant\"}"),
        http_answer_text("200 OK", "", TOKEN("t3", "0", "")), NULL
    };
    struct oauth *oauth = sign_on("password", script);
    const char *token = NULL;

    CHECK_OK(oauth_token(oauth, &token, &err), &err);
    CHECK(strstr(server.seen->last, "grant_type=password&username=u&"
                                    "password=canary&"));
    CHECK_OK(oauth_token(oauth, &token, &err), &err);
    CHECK_TEXT(token, "t2");
    CHECK(
        strstr(server.seen->last, "grant_type=refresh_token&refresh_token=r1"));
    CHECK_OK(oauth_token(oauth, &token, &err), &err);
    CHECK_TEXT(token, "t3");
    CHECK(strstr(server.seen->all[2], "grant_type=refresh_token"));
    CHECK(strstr(server.seen->last, "grant_type=password"));
    oauth_close(&oauth);
    stop();
}

static void
stops_asking_after_two_refusals(void)
{
    const char *no = http_answer_text(
        "401 No", "",
        "{\"error\":\"invalid_client\",\"error_description\":\"canary\"}");
    const char *script[] = {
        no, no, http_answer_text("200 OK", "", TOKEN("t1", "60", "")), NULL
    };
    struct oauth *oauth = sign_on("password", script);
    const char *token = NULL;

    for (int i = 0; i < 3; i++) {
        memset(&err, 0, sizeof err);
        CHECK(!oauth_token(oauth, &token, &err));
        CHECK(err.code == TP5021 && err.kind == ERR_AUTH);
        CHECK(strstr(err.text, "canary") == NULL);
        CHECK(i == 2 || strstr(err.text, "invalid_client"));
    }
    CHECK(server.seen->requests == 2);
    oauth_forget(oauth);
    memset(&err, 0, sizeof err);
    CHECK_OK(oauth_token(oauth, &token, &err), &err);
    oauth_close(&oauth);
    stop();
}

static void
uses_the_old_token_while_it_lives(void)
{
    const char *script[] = { http_answer_text("200 OK", "",
                                              TOKEN("t1", "0.1e1", "")),
                             SERVE_CLOSE, SERVE_CLOSE, NULL };
    struct oauth *oauth = sign_on("client_credentials", script);
    const char *token = NULL;

    CHECK_OK(oauth_token(oauth, &token, &err), &err);
    nanosleep(&(struct timespec){ .tv_nsec = 850000000 }, NULL);
    CHECK_OK(oauth_token(oauth, &token, &err), &err);
    CHECK_TEXT(token, "t1");
    CHECK(server.seen->requests >= 2);
    nanosleep(&(struct timespec){ .tv_nsec = 200000000 }, NULL);
    CHECK(!oauth_token(oauth, &token, &err) && err.kind == ERR_RETRY);
    oauth_close(&oauth);
    stop();
}

static void
refuses_answers_without_a_token(void)
{
    static const char *const bodies[] = {
        "",
        "{}",
        "[]",
        "{\"access_token\":7}",
        "{\"access_token\":\"\"}",
        "{\"access_token\":\"a\\r\\nHost: b\"}"
    };

    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        const char *script[] = { http_answer_text("200 OK", "", bodies[i]),
                                 NULL };
        struct oauth *oauth = sign_on("password", script);
        const char *token = NULL;
        CHECK(!oauth_token(oauth, &token, &err) && err.code == TP5022);
        oauth_close(&oauth);
        stop();
    }
}

int
main(void)
{
    RUN(sends_and_reads);
    RUN(classifies);
    RUN(counts_what_came);
    RUN(refuses_plain_http_and_odd_urls);
    RUN(is_unsure_once_a_change_has_left);
    RUN(never_repeats_a_change);
    RUN(limits_the_answer);
    RUN(reads_retry_after);
    RUN(refuses_smuggled_headers);
    RUN(gets_one_token_and_keeps_it);
    RUN(renews_with_the_newest_refresh_token);
    RUN(stops_asking_after_two_refusals);
    RUN(uses_the_old_token_while_it_lives);
    RUN(refuses_answers_without_a_token);
    return test_end();
}
