/* SPDX-License-Identifier: Apache-2.0 */
/* Who works on what: claims, leases, lanes; each case has a fresh journal. */
#include "store_fixture.h"

static size_t
claim(struct doc_filter *filter, struct document *out, size_t max)
{
    size_t count;

    CHECK_OK(journal_claim(journal, filter, 60, out, max, &count, &err), &err);
    return count;
}

static void
a_claim_is_exclusive_and_in_lane_order(void)
{
    fresh();
    struct doc_filter filter = { .direction = DIRECTION_OUT,
                                 .states = 1U << DOC_RECEIVED };
    struct document out[4];
    added("ACME", "PO-1");
    added("ACME", "PO-2");
    struct document other = added("BLUEFISH", "PO-3");
    CHECK(claim(&filter, out, 1) == 1);
    CHECK_TEXT(out[0].number, "PO-1");
    CHECK(out[0].lease != 0);
    /* PO-2 waits behind PO-1, the other lane does not. */
    CHECK(claim(&filter, out + 1, 3) == 1);
    CHECK(out[1].id == other.id);
    filter.order = ORDER_ANY;
    CHECK(claim(&filter, out + 2, 2) == 1);
    CHECK_TEXT(out[2].number, "PO-2");
    struct document thief = out[0];
    thief.lease = 0;
    thief.state = DOC_TRANSLATED;
    refused(journal_advance(journal, &thief, DOC_RECEIVED, "x", "", &err),
            TP4011);
    thief.lease = out[1].lease;
    refused(journal_advance(journal, &thief, DOC_RECEIVED, "x", "", &err),
            TP4011);
    go(&out[0], DOC_TRANSLATED);
    CHECK(out[0].lease == 0);
}

static void
a_lease_ends_by_yield_time_and_boot(void)
{
    fresh();
    struct doc_filter filter = { .direction = DIRECTION_ANY,
                                 .states = 1U << DOC_RECEIVED };
    struct document out[2], first;
    size_t count;
    added("ACME", "PO-1");
    CHECK(claim(&filter, out, 2) == 1);
    CHECK(claim(&filter, out + 1, 1) == 0);
    CHECK_OK(journal_yield(journal, &out[0], &err), &err);
    CHECK_OK(journal_claim(journal, &filter, 0, out, 2, &count, &err), &err);
    CHECK(count == 1);
    first = out[0];
    CHECK(claim(&filter, out, 1) == 1); /* the lease of 0 seconds is over */
    first.state = DOC_TRANSLATED;
    refused(journal_advance(journal, &first, DOC_RECEIVED, "x", "", &err),
            TP4011);
    CHECK_OK(journal_renew(journal, first.lease, 60, &err), &err);
    refused(journal_advance(journal, &first, DOC_RECEIVED, "x", "", &err),
            TP4011); /* taken is taken */
    tamper("UPDATE lease SET boot = 'before the reboot'");
    CHECK(claim(&filter, out, 1) == 1);
    CHECK_OK(journal_end_leases(journal, &err), &err);
    CHECK(claim(&filter, out, 1) == 1);
}

static void
a_renewed_lease_goes_on(void)
{
    fresh();
    struct doc_filter filter = { .direction = DIRECTION_ANY,
                                 .states = 1U << DOC_RECEIVED };
    struct document out[2];
    size_t count;
    added("ACME", "PO-1");
    CHECK_OK(journal_claim(journal, &filter, 0, out, 1, &count, &err), &err);
    CHECK(count == 1);
    CHECK_OK(journal_renew(journal, out[0].lease, 60, &err), &err);
    CHECK(claim(&filter, out + 1, 1) == 0);
    go(&out[0], DOC_TRANSLATED);
    CHECK_OK(journal_renew(journal, 4711, 60, &err), &err);
}

static void
a_strict_lane_stops_at_what_is_held(void)
{
    fresh();
    struct doc_filter filter = { .direction = DIRECTION_OUT,
                                 .states = 1U << DOC_RECEIVED,
                                 .order = ORDER_STRICT };
    struct document a = added("ACME", "PO-1"), out[3];
    added("ACME", "PO-2");
    added("ACME", "PO-3");
    CHECK(claim(&filter, out, 3) == 3);
    CHECK_OK(journal_end_leases(journal, &err), &err);
    go(&a, DOC_HELD);
    CHECK(claim(&filter, out, 3) == 0);
    go(&a, DOC_IGNORED);
    CHECK(claim(&filter, out, 3) == 2);
}

static void
a_deferred_document_waits_for_its_time(void)
{
    fresh();
    struct doc_filter filter = { .direction = DIRECTION_OUT,
                                 .states = 1U << DOC_DEFERRED };
    struct document d = added("ACME", "PO-1"), out[1];
    d.due = when_now() + 60000;
    go(&d, DOC_DEFERRED);
    CHECK(claim(&filter, out, 1) == 0);
    d.due = when_now() - 1;
    go(&d, DOC_DEFERRED);
    CHECK(claim(&filter, out, 1) == 1);
}

int
main(void)
{
    setenv("TRADEPOST_BUSY_MS", "200", 1);
    RUN(a_claim_is_exclusive_and_in_lane_order);
    RUN(a_lease_ends_by_yield_time_and_boot);
    RUN(a_renewed_lease_goes_on);
    RUN(a_strict_lane_stops_at_what_is_held);
    RUN(a_deferred_document_waits_for_its_time);
    return ended();
}
