/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/text.h"
#include "system/exact.h"
#include "system/odata_private.h"
#include "test.h"

static struct err err;

/* What exact_parse makes of a value, as JSON text. */
static const char *
reread(const char *json)
{
    static char out[2000];
    CLEANUP(buf_free) struct buf buf = { 0 };
    CLEANUP(json_decrefp) json_t *value = NULL;

    err_clear(&err);
    if (!exact_parse(&value, json, strlen(json), &err))
        return err_name(err.code);
    exact_dump(&buf, value);
    text_copy(out, sizeof out, buf.text);
    return out;
}

static void
numbers_stay_as_written(void)
{
    static const char *const cases[][2] = {
        { "[19.99]", "[\"19.99\"]" },
        { "[0.1,-0.30]", "[\"0.1\",\"-0.30\"]" },
        { "[12345678901234567.89]", "[\"12345678901234567.89\"]" },
        { "[1e3,1.5E-2,-2.5e+1,0e0]", "[\"1000\",\"0.015\",\"-25\",\"0\"]" },
        { "[1.25E1,123e-5]", "[\"12.5\",\"0.00123\"]" },
        { "{\"a\":{\"b\":[1, 2 ]}}", "{\"a\":{\"b\":[\"1\",\"2\"]}}" },
        { "{\"a\":\"1.5 \\\"2\\\" 3\"}", "{\"a\":\"1.5 \\\"2\\\" 3\"}" },
        { "{\"a\\\\\":7,\"b\":true,\"c\":null}",
          "{\"a\\\\\":\"7\",\"b\":true,\"c\":null}" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_TEXT(reread(cases[i][0]), cases[i][1]);
}

static void
broken_json_is_refused(void)
{
    static const char *const cases[] = {
        "",
        "{",
        "[01]",
        "[1.]",
        "[.5]",
        "[+1]",
        "[1e]",
        "[--1]",
        "[1 2]",
        "[12abc]",
        "{1:2}",
        "{\"a\":1,\"a\":2}",
        "[NaN]",
        "[1e99999]",
        "[11111111111111111111111111111111111111111]",
        "[\"\\u0000\"]",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
        "<html>502</html>",
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_TEXT(reread(cases[i]), "TP6012");
    CHECK(err.kind == ERR_RETRY);
}

static void
numbers_are_written_bare(void)
{
    CLEANUP(buf_free) struct buf buf = { 0 };
    CLEANUP(json_decrefp) json_t *body = json_object();

    json_object_set_new(body, "amount", exact_number("155.70"));
    json_object_set_new(body, "cost", exact_decimal(decimal_of("-0.1")));
    json_object_set_new(body, "text", json_string("155.70"));
    json_object_set_new(body, "odd",
                        json_string("\x02"
                                    "1,\"x\":2"));
    exact_dump(&buf, body);
    CHECK_TEXT(buf.text, "{\"amount\":155.70,\"cost\":-0.1,\"text\":\"155.70\","
                         "\"odd\":\"\\u00021,\\\"x\\\":2\"}");
    CHECK(exact_number("1,5") == NULL && exact_number("") == NULL);
}

static void
literals_are_escaped(void)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();

    CHECK_TEXT(odata_quote(arena, "O'Brien & Co"), "'O''Brien & Co'");
    CHECK_TEXT(odata_key(arena, "O'Brien & Co."), "'O%27%27Brien%20%26%20Co.'");
    CHECK_TEXT(odata_word(arena, "In_x0020_Review"), "In Review");
    CHECK_TEXT(odata_word(arena, "_x0020_"), " ");
    CHECK_TEXT(odata_word(arena, "Positive_x0020_Adjmt_x002E_"),
               "Positive Adjmt.");
    CHECK_TEXT(odata_word(arena, "Open"), "Open");
    CHECK_TEXT(odata_word(arena, "a_x00_b_xD800_"), "a_x00_b_xD800_");
    CHECK_TEXT(odata_word(arena, "M_x00F6_bel"), "M\xc3\xb6"
                                                 "bel");
}

static void
names_follow_the_rule(void)
{
    static const char *const cases[][2] = {
        { "No.", "No" },
        { "E-Mail", "E_Mail" },
        { "Country/Region Code", "Country_Region_Code" },
        { "Credit Limit (LCY)", "Credit_Limit_LCY" },
        { "Line Discount %", "Line_Discount_Percent" },
        { "Buy-from Vendor No.", "Buy_from_Vendor_No" },
    };
    char out[64];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK(metadata_name_of(cases[i][0], out, sizeof out));
        CHECK_TEXT(out, cases[i][1]);
    }
    CHECK(!metadata_name_of("Credit Limit (LCY)", out, 8));
}

static void
next_pages_are_found(void)
{
    static const struct {
        struct odata_page page;
        const char *next;
    } cases[] = {
        { { "https://nav:7048/BC/x?a=1", NULL, "https://NAV:7048/BC/x?s=2" },
          "https://NAV:7048/BC/x?s=2" },
        { { "https://nav/BC/x?a=1", NULL, "https://nav:443/BC/x?s=2" },
          "https://nav:443/BC/x?s=2" },
        { { "https://nav:7048/BC/x?a=1", NULL, "/BC/x?s=2" },
          "https://nav:7048/BC/x?s=2" },
        { { "https://nav:7048/BC/x?a=1", NULL, "x?s='a:b'" },
          "https://nav:7048/BC/x?s='a:b'" },
        { { "https://nav:7048/BC/x?a=b/c", NULL, "?s=2" },
          "https://nav:7048/BC/x?s=2" },
        { { "https://nav:7048/BC/C('x')/y?a=1",
            "https://nav:7048/BC/$metadata#C('x')/y", "C('x')/y?s=2" },
          "https://nav:7048/BC/C('x')/y?s=2" },
        { { "https://nav:7048/BC/y?a=1", "$metadata#y", "y?s=2" },
          "https://nav:7048/BC/y?s=2" },
        { { "https://nav:7048/BC/y", "https://evil/$metadata#y", "y?s=2" },
          NULL },
        { { "https://nav:7048/BC/x", NULL, "https://evil:7048/BC/x" }, NULL },
        { { "https://nav:7048/BC/x", NULL, "http://nav:7048/BC/x" }, NULL },
        { { "https://nav:7048/BC/x", NULL, "https://nav:7048@evil/x" }, NULL },
        { { "https://nav:7048/BC/x", NULL, "//evil/x" }, NULL },
        { { "https://nav:7048/BC/x", NULL, "javascript:1" }, NULL },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CLEANUP(arena_free) struct arena *arena = arena_new();
        const char *next = NULL;
        err_clear(&err);
        bool good = odata_next(arena, &cases[i].page, &next, &err);
        if (good != (cases[i].next != NULL))
            printf("# case %zu\n", i);
        CHECK(good == (cases[i].next != NULL));
        if (good)
            CHECK_TEXT(next, cases[i].next);
        else
            CHECK(err.code == TP6014);
    }
}

#define ODATA_ERROR(code, message) \
    "{\"error\":{\"code\":\"" code "\",\"message\":\"" message "\"}}"

static void
refusals_have_their_kind(void)
{
    static const struct {
        const char *method;
        long status;
        const char *body;
        enum err_code code;
        enum err_kind kind;
    } cases[] = {
        { "GET", 401, "", TP6003, ERR_AUTH },
        { "GET", 403, ODATA_ERROR("Authorization_X", "no"), TP6004, ERR_AUTH },
        { "GET", 404, ODATA_ERROR("BadRequest_NotFound", "x"), TP6005,
          ERR_CONFIG },
        { "GET", 405, "", TP6005, ERR_CONFIG },
        { "POST", 400, ODATA_ERROR("Application_DialogException", "x"), TP6010,
          ERR_DATA },
        { "POST", 500, ODATA_ERROR("Application_DialogException", "x"), TP6010,
          ERR_DATA },
        { "POST", 400, ODATA_ERROR("Internal_InvalidTableRelation", "x"),
          TP6010, ERR_DATA },
        { "POST", 400, ODATA_ERROR("Internal_EntityWithSameKeyExists", "x"),
          TP6009, ERR_CONFLICT },
        { "PATCH", 409, ODATA_ERROR("Request_EntityChanged", "x"), TP6009,
          ERR_CONFLICT },
        { "PATCH", 412, "", TP6009, ERR_CONFLICT },
        { "POST", 400, ODATA_ERROR("BadRequest_InvalidToken", "x"), TP6011,
          ERR_DATA },
        { "GET", 429, "", TP6008, ERR_THROTTLED },
        { "POST", 429, ODATA_ERROR("Application_X", "x"), TP6008,
          ERR_THROTTLED },
        { "GET", 500, ODATA_ERROR("Internal_ServerError", "x"), TP6007,
          ERR_RETRY },
        { "POST", 500, ODATA_ERROR("Internal_ServerError", "x"), TP6015,
          ERR_UNSURE },
        { "POST", 503, ODATA_ERROR("Internal_TenantUnavailable", "x"), TP6015,
          ERR_UNSURE },
        { "POST", 504, "<html>gateway</html>", TP6015, ERR_UNSURE },
        { "POST", 408, "", TP6015, ERR_UNSURE },
        { "GET", 408, "", TP6007, ERR_RETRY },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct http_request request = { .method = cases[i].method };
        struct http_answer answer = { .status = cases[i].status };
        err_clear(&err);
        buf_adds(&answer.body, cases[i].body);
        bool good = odata_refusal(&request, &answer, &err);
        buf_free(&answer.body);
        if (good || err.code != cases[i].code || err.kind != cases[i].kind)
            printf("# %s %ld %s: %s %s\n", cases[i].method, cases[i].status,
                   cases[i].body, err_name(err.code), err_kind_name(err.kind));
        CHECK(!good && err.code == cases[i].code && err.kind == cases[i].kind);
    }
}

static void
correlation_goes_to_the_place(void)
{
    struct http_request request = { .method = "POST" };
    struct http_answer answer = { .status = 400 };

    err_clear(&err);
    buf_adds(&answer.body,
             ODATA_ERROR("Application_DialogException",
                         "Vendor\\n10000 is blocked.  CorrelationId:  "
                         "d3b5c9a0-1111-2222-3333-444455556666."));
    CHECK(!odata_refusal(&request, &answer, &err));
    buf_free(&answer.body);
    CHECK_TEXT(err.at, "CorrelationId d3b5c9a0-1111-2222-3333-444455556666");
    CHECK(strstr(err.text, "\"Vendor 10000 is blocked.\"") != NULL);
    CHECK(strstr(err.text, "CorrelationId") == NULL);
}

static const char small_metadata[] =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>"
    "<edmx:Edmx Version=\"4.0\" xmlns:edmx=\"http://docs.oasis-open.org/odata/"
    "ns/edmx\"><edmx:DataServices><Schema Namespace=\"Microsoft.NAV\" "
    "xmlns=\"http://docs.oasis-open.org/odata/ns/edm\">"
    "<EntityType Name=\"base\"><Property Name=\"id\" Type=\"Edm.Guid\"/>"
    "</EntityType>"
    "<EntityType Name=\"order\" BaseType=\"Microsoft.NAV.base\">"
    "<Property Name=\"Buy_from_Vendor_No\" Type=\"Edm.String\"/>"
    "<NavigationProperty Name=\"lines\" "
    "Type=\"Collection(Microsoft.NAV.line)\"/></EntityType>"
    "<EntityType Name=\"line\"><Property Name=\"quantity\" "
    "Type=\"Edm.Decimal\"/></EntityType>"
    "<EntityContainer Name=\"NAV\">"
    "<EntitySet Name=\"orders\" EntityType=\"Microsoft.NAV.order\"/>"
    "<ActionImport Name=\"Posting_Post\" Action=\"NAV.Posting_Post\"/>"
    "</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>";

static void
metadata_is_followed(void)
{
    struct metadata *all = NULL;

    CHECK_OK(
        metadata_parse(&all, small_metadata, sizeof small_metadata - 1, &err),
        &err);
    const struct entity *orders = metadata_set(all, "orders");
    CHECK(orders != NULL && metadata_set(all, "order") == NULL);
    CHECK_TEXT(entity_field(all, orders, "lines.quantity"), "Edm.Decimal");
    CHECK_TEXT(entity_field(all, orders, "id"), "Edm.Guid");
    CHECK(entity_field(all, orders, "lines.price") == NULL);
    CHECK(entity_field(all, orders, "id.quantity") == NULL);
    CHECK(entity_field(all, orders, "line") == NULL);
    CHECK_TEXT(entity_nearest(all, orders, "lines.quantty"), "quantity");
    CHECK_TEXT(entity_nearest(all, orders, "Buy-from Vendor No."),
               "Buy_from_Vendor_No");
    CHECK_TEXT(metadata_nearest_set(all, "order"), "orders");
    CHECK(metadata_action(all, "Posting_Post"));
    CHECK(!metadata_action(all, "Posting_Pos"));
    metadata_free(&all);
}

static void
doctypes_are_refused(void)
{
    static const char *const cases[] = {
        "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>",
        "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
        "<a",
        "",
        "<a/>",
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct metadata *all = NULL;
        err_clear(&err);
        CHECK(!metadata_parse(&all, cases[i], strlen(cases[i]), &err));
        CHECK(all == NULL && err.code == TP6013);
        CHECK((i < 2) == (strstr(err.text, "document type") != NULL));
    }
}

int
main(void)
{
    RUN(numbers_stay_as_written);
    RUN(broken_json_is_refused);
    RUN(numbers_are_written_bare);
    RUN(literals_are_escaped);
    RUN(names_follow_the_rule);
    RUN(next_pages_are_found);
    RUN(refusals_have_their_kind);
    RUN(correlation_goes_to_the_place);
    RUN(metadata_is_followed);
    RUN(doctypes_are_refused);
    return test_end();
}
