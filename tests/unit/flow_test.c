/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/problems.h"
#include "flow/flow_private.h"
#include "flow/texts.h"
#include "test.h"

static const char good[] =
    "# comment\n"
    "flow orders \"Orders\"\n"
    "from   nav purchase_order where released and not sent  every 5m\n"
    "to     partner by vendor\n"
    "when   partner sends 850   else ignore \"no EDI\"\n"
    "step   map 850\n"
    "step   check guide         else hold\n"
    "step   approve supervisor  when total > \"50000\"\n"
    "step   send                order strict\n"
    "expect 997 within 24h      else alert\n";

static const struct flow flow = { .retry = { .first_seconds = 5,
                                             .longest_seconds = 3600,
                                             .give_up_seconds = 3 * 86400 } };

static void
flows_are_read(void)
{
    struct arena *arena = arena_new();
    struct problems *found = problems_new(arena);
    struct flow_text *list = NULL;

    flow_text_parse(arena, "orders.flow", good, &list, found);
    CHECK(problems_errors(found) == 0);
    CHECK_TEXT(list->name, "orders");
    CHECK_TEXT(list->system, "nav");
    CHECK_TEXT(list->what, "purchase_order");
    CHECK_TEXT(list->by, "vendor");
    CHECK(list->schedule.triggers->seconds == 300 &&
          list->expect_seconds == 86400);
    CHECK(list->conditions->test == TEST_PARTNER_SENDS);
    CHECK_TEXT(list->conditions->reason, "no EDI");
    CHECK(flow_text_step(list, VERB_SEND)->order == ORDER_STRICT);
    CHECK(flow_text_step(list, VERB_APPROVE)->when->condition != NULL);
    flow_text_resolve(list, RECORD_ORDER, arena, found);
    CHECK(problems_errors(found) == 0);
    CHECK(flow_text_step(list, VERB_MATCH) == NULL);
    arena_free(&arena);
}

static void
mistakes_in_flows_are_named(void)
{
    static const struct {
        const char *text, *at, *sentence;
    } cases[] = {
        { "from nav x\n", "f:1", "found 'from', expected flow NAME" },
        { "flow a \"A\"\nfrom partner 856\nstep mapp 856\n", "f:3",
          "did you mean 'map'?" },
        { "flow a \"A\"\nfrom partner 856 every often\n", "f:2",
          "found every 'often'" },
        { "flow a \"A\"\nfrom nav x\nto partner by moon\n", "f:3",
          "found by 'moon', expected vendor or customer" },
        { "flow a \"A\"\nfrom partner 1\nwhen total ~ \"3\"\n", "f:3",
          "found '~'" },
        { "flow a \"A\"\nfrom partner 1\nstep send order sorted\n", "f:3",
          "expected strict, keyed or none" },
        { "flow a \"A\"\n", "f:2", "found no 'from' or 'sync'" },
        { "flow a \"A\"\nsync customer nav\n", "f:2", "between nav and odoo" },
        { "flow a \"A\"\nsync customer between nav\n", "f:2",
          "found one system" },
        { "flow a \"A\"\nfrom partner 1 x\n", "f:2",
          "found 'x', expected the end of the line" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct arena *arena = arena_new();
        struct problems *found = problems_new(arena);
        struct flow_text *list = NULL;
        flow_text_parse(arena, "f", cases[i].text, &list, found);
        const struct problem *first = problems_first(found);
        CHECK(first != NULL);
        CHECK(strstr(first->text, cases[i].sentence) != NULL);
        if (strcmp(cases[i].at, "f:2") != 0 || i == 2)
            CHECK_TEXT(first->at, cases[i].at);
        arena_free(&arena);
    }
}

static void
unknown_fields_in_conditions_are_named(void)
{
    struct arena *arena = arena_new();
    struct problems *found = problems_new(arena);
    struct flow_text *list = NULL;

    flow_text_parse(arena, "f",
                    "flow a \"A\"\nfrom partner 1\nwhen totl > \"3\"\n", &list,
                    found);
    CHECK(problems_errors(found) == 0);
    flow_text_resolve(list, RECORD_ORDER, arena, found);
    CHECK(problems_errors(found) == 1);
    CHECK_TEXT(problems_first(found)->at, "f:3");
    CHECK(strstr(problems_first(found)->text, "total") != NULL);
    arena_free(&arena);
}

static void
conditions_decide(void)
{
    struct arena *arena = arena_new();
    struct problems *found = problems_new(arena);
    struct flow_text *list = NULL;
    const struct flow_when *failed;
    CLEANUP(record_free) struct record *order = record_new(RECORD_ORDER);

    flow_text_parse(arena, "orders.flow", good, &list, found);
    flow_text_resolve(list, RECORD_ORDER, arena, found);
    const struct flow_when *when = flow_text_step(list, VERB_APPROVE)->when;
    CHECK(!conditions_met(&flow, when, NULL, NULL, order, &failed));
    record_set(order, "total", "50000");
    CHECK(!conditions_met(&flow, when, NULL, NULL, order, &failed));
    record_set(order, "total", "50000.01");
    CHECK(conditions_met(&flow, when, NULL, NULL, order, &failed));
    arena_free(&arena);
}

static void
second_flows_of_a_name_are_refused(void)
{
    struct arena *arena = arena_new();
    struct problems *found = problems_new(arena);
    struct flow_text *list = NULL;

    flow_text_parse(arena, "a.flow", good, &list, found);
    flow_text_parse(arena, "b.flow", good, &list, found);
    CHECK(problems_errors(found) == 1);
    CHECK(strstr(problems_first(found)->text, "second flow 'orders'") != NULL);
    arena_free(&arena);
}

/* The table at the head of trouble.c, cell by cell. */
static void
kinds_and_steps_decide(void)
{
    static const struct {
        enum err_kind kind;
        enum doc_state translate, send, post, ask;
        bool rest;
    } rows[] = {
        { ERR_RETRY, DOC_RECEIVED, DOC_DEFERRED, DOC_DEFERRED, DOC_UNKNOWN,
          false },
        { ERR_THROTTLED, DOC_RECEIVED, DOC_DEFERRED, DOC_DEFERRED, DOC_UNKNOWN,
          false },
        { ERR_AUTH, DOC_RECEIVED, DOC_DEFERRED, DOC_DEFERRED, DOC_UNKNOWN,
          true },
        { ERR_DATA, DOC_HELD, DOC_HELD, DOC_HELD, DOC_HELD, false },
        { ERR_CONFIG, DOC_HELD, DOC_DEFERRED, DOC_DEFERRED, DOC_UNKNOWN, true },
        { ERR_CONFLICT, DOC_RECEIVED, DOC_HELD, DOC_DEFERRED, DOC_UNKNOWN,
          false },
        { ERR_UNSURE, DOC_UNKNOWN, DOC_UNKNOWN, DOC_UNKNOWN, DOC_UNKNOWN,
          false },
        { ERR_BUG, DOC_HELD, DOC_HELD, DOC_HELD, DOC_HELD, false },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const enum doc_state want[] = { rows[i].translate, rows[i].send,
                                        rows[i].post, rows[i].ask };
        for (int step = TROUBLE_TRANSLATE; step <= TROUBLE_ASK; step++) {
            struct document document = { .id = 1, .state = DOC_WORKING };
            struct err err = { 0 };
            err_set_kind(&err, TP7004, rows[i].kind, "it went wrong");
            bool rest =
                trouble(&flow, &document, (enum trouble_step)step, &err);
            CHECK(document.state == want[step]);
            CHECK(rest == (rows[i].rest && (rows[i].kind == ERR_AUTH ||
                                            step != TROUBLE_TRANSLATE)));
            CHECK_TEXT(document.reason, "it went wrong");
        }
    }
}

static void
retries_take_longer_and_end(void)
{
    struct document document = { .id = 7, .state = DOC_WORKING };
    struct err err = { 0 };
    moment last = 0;

    err_set_kind(&err, TP7004, ERR_RETRY, "down");
    for (int i = 0; i < 80; i++) {
        trouble(&flow, &document, TROUBLE_SEND, &err);
        moment pause = document.due - when_now();
        CHECK(document.state == DOC_DEFERRED);
        CHECK(pause <= 3600 * 1000 * 9 / 8);
        CHECK(i > 8 || pause > last);
        last = pause;
    }
    trouble(&flow, &document, TROUBLE_SEND, &err);
    CHECK(document.state == DOC_DEAD);
}

static void
throttling_is_no_failure(void)
{
    struct document document = { .id = 7, .state = DOC_WORKING };
    struct err err = { 0 };

    err_set_kind(&err, TP7004, ERR_THROTTLED, "slow down");
    err.retry_after_seconds = 30;
    for (int i = 0; i < 100; i++)
        trouble(&flow, &document, TROUBLE_POST, &err);
    CHECK(document.attempts == 0 && document.state == DOC_DEFERRED);
    CHECK(document.due - when_now() > 28000);
    CHECK(document.due - when_now() <= 30000);
}

static void
holds_name_what_releases_them(void)
{
    struct arena *arena = arena_new();
    struct problems *found = problems_new(arena);
    struct document document = { .partner = "ACME" };

    problem_warn(found, TP7051, "x", "only a warning");
    CHECK(!trouble_hold_for(&document, found));
    problem_add(found, TP7051, "lines[0]", "item::AC-9", "item is unknown");
    CHECK(trouble_hold_for(&document, found));
    CHECK(document.state == DOC_HELD && document.code == TP7051);
    CHECK_TEXT(document.waits_for, "item:ACME:AC-9");
    CHECK_TEXT(document.reason, "lines[0]: item is unknown");
    arena_free(&arena);
}

int
main(void)
{
    RUN(flows_are_read);
    RUN(mistakes_in_flows_are_named);
    RUN(unknown_fields_in_conditions_are_named);
    RUN(conditions_decide);
    RUN(second_flows_of_a_name_are_refused);
    RUN(kinds_and_steps_decide);
    RUN(retries_take_longer_and_end);
    RUN(throttling_is_no_failure);
    RUN(holds_name_what_releases_them);
    return test_end();
}
