/* SPDX-License-Identifier: Apache-2.0 */
/* The client against a scripted server: pages, sign-in, bodies, doubt. */
#include "base/arena.h"
#include "base/text.h"
#include "http_server.h"
#include "system/exact.h"
#include "system/odata.h"
#include "test.h"

static struct http_server server;
static struct odata *service;
static struct err err;
static char root[80], token_url[80];

static void
begin(const char *const *script, const char *profile, bool oauth)
{
    struct odata_settings settings = { .profile = profile,
                                       .url = root,
                                       .company = "O'Brien & Co.",
                                       .page_size = 2 };

    err_clear(&err);
    http_server_start(&server, script);
    text_format(root, sizeof root, "http://127.0.0.1:%d/BC", server.port);
    text_format(token_url, sizeof token_url, "http://127.0.0.1:%d/token",
                server.port);
    settings.user = oauth ? NULL : "EDI";
    settings.password = oauth ? NULL : "key";
    settings.token_url = oauth ? token_url : NULL;
    settings.client = oauth ? "app" : NULL;
    settings.client_secret = oauth ? "s3cret" : NULL;
    CHECK_OK(odata_open(&service, &settings, &err), &err);
}

static void
end(void)
{
    odata_close(&service);
    http_server_stop(&server);
}

static const char *
ok(const char *body)
{
    return http_answer_text("200 OK", "Content-Type: application/json\r\n",
                            body);
}

static bool
count_row(void *user, json_t *row, struct err *e)
{
    (void)row, (void)e;
    ++*(int *)user;
    return true;
}

static bool
list_orders(int *rows)
{
    *rows = 0;
    return odata_list(service, ODATA_MAIN, "Orders", NULL, count_row, rows,
                      &err);
}

static void
pages_are_followed(void)
{
    const char *script[] = {
        ok("{\"value\":[{},{}],\"@odata.nextLink\":\"/BC/next?p=2\"}"),
        ok("{\"value\":[{}],\"@odata.nextLink\":\"next?p=3\"}"),
        ok("{\"value\":[{}]}"), NULL
    };
    int rows;

    begin(script, "nav-odata", false);
    CHECK_OK(list_orders(&rows), &err);
    CHECK(rows == 4 && server.seen->requests == 3);
    CHECK(strstr(server.seen->all[0], "GET /BC/ODataV4/Company('O%27%27Brien"
                                      "%20%26%20Co.')/Orders HTTP"));
    CHECK(strstr(server.seen->all[0], "Prefer: odata.maxpagesize=2\r\n"));
    CHECK(strstr(server.seen->all[0], "IEEE754Compatible=true\r\n"));
    CHECK(strstr(server.seen->all[1], "GET /BC/next?p=2 HTTP"));
    CHECK(strstr(server.seen->all[2], "GET /BC/next?p=3 HTTP"));
    CHECK(strstr(server.seen->all[2], "Prefer: odata.maxpagesize=2\r\n"));
    end();
}

static void
circles_end(void)
{
    const char *script[] = {
        ok("{\"value\":[{}],\"@odata.nextLink\":\"?p=2\"}"),
        ok("{\"value\":[{}],\"@odata.nextLink\":\"?p=3\"}"),
        ok("{\"value\":[{}],\"@odata.nextLink\":\"?p=2\"}"), NULL
    };
    int rows;

    begin(script, "nav-odata", false);
    CHECK(!list_orders(&rows));
    CHECK(err.code == TP6014 && rows == 3);
    end();
}

static void
companies_are_found_by_name(void)
{
    const char *script[] = {
        ok("{\"value\":[{\"id\":\"11\",\"name\":\"o'brien & co.\"},"
           "{\"id\":\"22\",\"name\":\"O'Brien & Co.\"}]}"),
        ok("{\"value\":[]}"), ok("{\"value\":[{\"id\":\"1\",\"name\":\"X\"}]}"),
        NULL
    };
    int rows;

    begin(script, "bc-api-v2", false);
    CHECK_OK(list_orders(&rows), &err);
    CHECK(strstr(server.seen->all[0], "GET /BC/api/v2.0/companies HTTP"));
    CHECK(strstr(server.seen->all[1],
                 "GET /BC/api/v2.0/companies(22)/Orders HTTP"));
    odata_close(&service);
    struct odata_settings other = { .profile = "bc-api-v2",
                                    .url = root,
                                    .company = "Y" };
    CHECK_OK(odata_open(&service, &other, &err), &err);
    CHECK(!list_orders(&rows));
    CHECK(err.code == TP6002 && strstr(err.text, "'X'") != NULL);
    end();
}

static void
tokens_are_renewed_once(void)
{
    const char *token = ok("{\"access_token\":\"t1\",\"token_type\":"
                           "\"Bearer\",\"expires_in\":3600}");
    const char *refused = http_answer_text("401 Unauthorized", "", "");
    const char *script[] = { token,   refused, token,   ok("{\"value\":[]}"),
                             refused, token,   refused, NULL };
    int rows;

    begin(script, "nav-odata", true);
    CHECK_OK(list_orders(&rows), &err);
    CHECK(server.seen->requests == 4);
    CHECK(!list_orders(&rows));
    CHECK(server.seen->requests == 7);
    CHECK(err.kind == ERR_AUTH && err.code == TP6003);
    end();
}

static void
basic_is_refused_once(void)
{
    const char *script[] = { http_answer_text("401 Unauthorized", "", ""),
                             NULL };
    int rows;

    begin(script, "nav-odata", false);
    CHECK(!list_orders(&rows));
    CHECK(err.kind == ERR_AUTH && server.seen->requests == 1);
    CHECK(strstr(server.seen->last, "Authorization: Basic "));
    CHECK(strstr(err.text, "key") == NULL);
    end();
}

static bool
post(json_t **answer)
{
    CLEANUP(json_decrefp) json_t *body = json_object();

    json_object_set_new(body, "amount", exact_number("19.99"));
    return odata_post(service, ODATA_MAIN, "Orders", body, answer, &err);
}

static void
amounts_leave_exactly(void)
{
    const char *script[] = {
        http_answer_text("201 Created", "", "{\"amount\":19.990}"), NULL
    };
    CLEANUP(json_decrefp) json_t *answer = NULL;

    begin(script, "nav-odata", false);
    CHECK_OK(post(&answer), &err);
    CHECK(strstr(server.seen->last, "\r\n\r\n{\"amount\":19.99}"));
    CHECK(strstr(server.seen->last, "Content-Type: application/json\r\n"));
    CHECK_TEXT(exact_text(answer, "amount"), "19.990");
    end();
}

static void
broken_writes_are_in_doubt(void)
{
    const char *script[] = { SERVE_CLOSE,
                             http_answer_text("500 Oops", "", "{}"),
                             http_answer_text("201 Created", "", "{\"amo"),
                             NULL };

    begin(script, "nav-odata", false);
    for (int i = 0; i < 3; i++) {
        CLEANUP(json_decrefp) json_t *answer = NULL;
        err_clear(&err);
        CHECK(!post(&answer));
        CHECK(err.kind == ERR_UNSURE);
    }
    CHECK(server.seen->requests == 3);
    end();
}

static void
writes_name_their_etag(void)
{
    const char *script[] = {
        http_answer_text("204 No Content", "", ""),
        http_answer_text("204 No Content", "", ""),
        http_answer_text("409 Conflict", "",
                         "{\"error\":{\"code\":\"Request_EntityChanged\","
                         "\"message\":\"Another user\"}}"),
        NULL
    };
    CLEANUP(json_decrefp) json_t *body = json_object();
    json_t *answer = NULL;

    begin(script, "nav-odata", false);
    CHECK_OK(odata_patch(service, ODATA_MAIN, "Orders(1)", "W/\"7\"", body,
                         &answer, &err),
             &err);
    CHECK(strstr(server.seen->last, "If-Match: W/\"7\"\r\n"));
    CHECK_OK(
        odata_act(service, ODATA_MAIN, "Orders(1)", "Microsoft.NAV.post", &err),
        &err);
    CHECK(strstr(server.seen->last, "/Orders(1)/Microsoft.NAV.post HTTP"));
    CHECK(strstr(server.seen->last, "Content-Length: 0\r\n"));
    CHECK(!odata_patch(service, ODATA_MAIN, "Orders(1)", NULL, body, &answer,
                       &err));
    CHECK(strstr(server.seen->last, "If-Match: *\r\n"));
    CHECK(err.kind == ERR_CONFLICT);
    CHECK_TEXT(odata_last_code(service), "Request_EntityChanged");
    end();
}

static void
procedures_are_called(void)
{
    const char *script[] = { ok("{\"value\":\"{\\\"number\\\":\\\"7\\\"}\"}"),
                             http_answer_text("500 Oops", "", ""), NULL };
    CLEANUP(json_decrefp) json_t *body = json_object();
    CLEANUP(buf_free) struct buf value = { 0 };

    begin(script, "bc-api-v2", false);
    CHECK_OK(odata_call(service, "Posting_Post", body, &value, &err), &err);
    CHECK_TEXT(buf_text(&value), "{\"number\":\"7\"}");
    CHECK(strstr(server.seen->last, "POST /BC/ODataV4/Posting_Post?company="
                                    "O%27Brien%20%26%20Co. HTTP"));
    CHECK(!odata_inquire(service, "Posting_Find", body, &value, &err));
    CHECK(err.kind == ERR_RETRY);
    end();
}

static void
missing_rows_are_no_failure(void)
{
    const char *script[] = {
        http_answer_text("404 Not Found", "",
                         "{\"error\":{\"code\":\"BadRequest_NotFound\"}}"),
        ok("{\"value\":[{\"a\":\"1\"},{\"a\":\"2\"},{\"a\":\"3\"}]}"), NULL
    };
    json_t *row = NULL;
    size_t count;

    begin(script, "nav-odata", false);
    CHECK_OK(odata_get(service, ODATA_MAIN, "Orders(1)", NULL, &row, &err),
             &err);
    CHECK(row == NULL && err.code == TP_NONE);
    CHECK_OK(
        odata_first(service, ODATA_MAIN, "Orders", NULL, &row, &count, &err),
        &err);
    CHECK(count == 2);
    CHECK_TEXT(exact_text(row, "a"), "1");
    json_decref(row);
    end();
}

int
main(void)
{
    RUN(pages_are_followed);
    RUN(circles_end);
    RUN(companies_are_found_by_name);
    RUN(tokens_are_renewed_once);
    RUN(basic_is_refused_once);
    RUN(amounts_leave_exactly);
    RUN(broken_writes_are_in_doubt);
    RUN(writes_name_their_etag);
    RUN(procedures_are_called);
    RUN(missing_rows_are_no_failure);
    return test_end();
}
