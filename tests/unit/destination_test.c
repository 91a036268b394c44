/* SPDX-License-Identifier: Apache-2.0 */
/* How a destination fares, step by step, and that a restart knows it. */
#include "flow/destination.h"
#include "flow/flow_private.h"
#include "store_fixture.h"

enum { MOST = 16, SECOND = 1000 };

static const struct retry_policy policy = { .first_seconds = 10,
                                            .longest_seconds = 3600,
                                            .give_up_seconds = 86400 };

static struct err
failure(enum err_kind kind)
{
    struct err failed = { 0 };

    err_set_kind(&failed, TP5001, kind, "it went wrong");
    return failed;
}

static void
one_probe_then_slowly(void)
{
    struct destination it = { .name = "partner/ACME" };
    struct err down = failure(ERR_RETRY);
    moment now = 1000 * SECOND;

    CHECK(destination_room(&it, now, MOST) == MOST);
    destination_failed(&it, &policy, now, &down);
    CHECK(it.state == DESTINATION_DOWN && it.since == now && it.times == 1);
    CHECK(destination_room(&it, it.until - 1, MOST) == 0);
    CHECK(destination_room(&it, it.until, MOST) == 1);
    /* The clock was ten years ahead when it failed. */
    CHECK(destination_room(&it, it.until - 3650 * INT64_C(86400000), MOST) ==
          1);
    /* What failed in the same moment is no second failure. */
    destination_failed(&it, &policy, now + 1, &down);
    CHECK(it.times == 1);
    moment first = it.until - now;
    now = it.until;
    destination_failed(&it, &policy, now, &down);
    CHECK(it.times == 2 && it.until - now > first * 3 / 2);
    now = it.until;
    destination_good(&it, now, MOST);
    CHECK(it.state == DESTINATION_SLOW && it.times == 0);
    for (int room = 2; room < MOST; room *= 2) {
        CHECK(destination_room(&it, now, MOST) == room);
        destination_good(&it, now, MOST);
    }
    CHECK(it.state == DESTINATION_UP && it.why[0] == '\0');
    CHECK(it.code == TP_NONE && destination_room(&it, now, MOST) == MOST);
    /* One that fails while it recovers begins anew. */
    destination_failed(&it, &policy, now, &down);
    now = it.until;
    destination_good(&it, now, MOST);
    destination_failed(&it, &policy, now, &down);
    CHECK(it.state == DESTINATION_DOWN && it.times == 1);
}

static void
two_refusals_stop_it(void)
{
    struct destination it = { .name = "system/nav" };
    struct err refused = failure(ERR_AUTH), down = failure(ERR_RETRY);
    moment now = 1000 * SECOND;

    destination_failed(&it, &policy, now, &refused);
    CHECK(it.state == DESTINATION_DOWN);
    now = it.until;
    destination_good(&it, now, MOST);
    destination_failed(&it, &policy, now, &refused);
    CHECK(it.state == DESTINATION_DOWN); /* not two in a row */
    now = it.until;
    destination_failed(&it, &policy, now, &refused);
    CHECK(it.state == DESTINATION_STOPPED && it.until == 0);
    now += INT64_C(1000000) * SECOND;
    CHECK(destination_room(&it, now, MOST) == 0);
    destination_good(&it, now, MOST);
    destination_failed(&it, &policy, now, &down);
    CHECK(it.state == DESTINATION_STOPPED);
    CHECK(destination_resume(&it, now, "the right password"));
    CHECK(it.state == DESTINATION_SLOW);
    CHECK(destination_room(&it, now, MOST) == 1);
    CHECK(!destination_resume(&it, now, "again"));
    CHECK_TEXT(it.why, "the right password");
}

static void
waiting_is_no_failure(void)
{
    struct destination it = { .name = "system/nav" };
    struct err wait = failure(ERR_THROTTLED);
    moment now = 1000 * SECOND;

    wait.retry_after_seconds = 90;
    destination_failed(&it, &policy, now, &wait);
    CHECK(it.state == DESTINATION_WAITS && it.times == 0);
    CHECK(it.until == now + 90 * SECOND);
    CHECK(destination_room(&it, it.until - 1, MOST) == 0);
    CHECK(destination_room(&it, it.until, MOST) == 1);
    destination_good(&it, it.until, MOST);
    CHECK(it.state == DESTINATION_SLOW);
}

static void
many_documents_are_an_outage_and_one_is_not(void)
{
    struct destination it = { .name = "system/nav" };
    struct err broken = failure(ERR_RETRY);
    moment now = 1000 * SECOND;

    for (int i = 0; i < 50; i++)
        CHECK(!destination_missed(&it, &policy, now, 7, &broken));
    CHECK(it.state == DESTINATION_UP && it.failing == 1);
    CHECK(!destination_missed(&it, &policy, now, 8, &broken));
    destination_good(&it, now, MOST);
    CHECK(it.failing == 0);
    CHECK(!destination_missed(&it, &policy, now, 7, &broken));
    CHECK(!destination_missed(&it, &policy, now, 8, &broken));
    CHECK(destination_missed(&it, &policy, now, 9, &broken));
    CHECK(it.state == DESTINATION_DOWN);
}

static void
a_person_pauses_it(void)
{
    struct destination it = { .name = "partner/ACME" };
    struct err down = failure(ERR_RETRY);

    CHECK(destination_pause(&it, 5, "stocktaking"));
    CHECK(!destination_pause(&it, 6, "again"));
    CHECK(it.since == 5 && destination_room(&it, 7, MOST) == 0);
    destination_failed(&it, &policy, 8, &down);
    destination_good(&it, 9, MOST);
    CHECK(it.state == DESTINATION_PAUSED);
    CHECK_TEXT(it.why, "stocktaking");
}

static bool
count_row(void *user, int columns, const char *const *names,
          const char *const *values, struct err *failed)
{
    (void)columns;
    (void)names;
    (void)failed;
    CHECK(strncmp(values[0], "ACME: ", 6) == 0);
    ++*(unsigned *)user;
    return true;
}

/* Every state comes back from the journal as it was, with one event each. */
static void
a_restart_knows_it(void)
{
    struct destination it = { .name = "partner/ACME" }, kept, again, now_kept;
    struct err down = failure(ERR_RETRY);
    moment now = 1000 * SECOND;
    unsigned found = 0;

    fresh();
    CHECK_OK(destination_load(journal, &it, &kept, &err), &err);
    CHECK(it.state == DESTINATION_UP && it.since == 0);
    kept = it;
    destination_failed(&it, &policy, now, &down);
    it.failing = 2;
    it.last_failed = 41;
    text_copy(it.why, sizeof it.why, "a reason  with blanks: and 100 % of it");
    CHECK_OK(destination_save(journal, &it, &kept, &err), &err);
    CHECK_OK(destination_save(journal, &it, &kept, &err), &err);
    again = (struct destination){ .name = "partner/ACME" };
    CHECK_OK(destination_load(journal, &again, &now_kept, &err), &err);
    CHECK(again.state == it.state && again.since == it.since);
    CHECK(again.until == it.until && again.good == it.good);
    CHECK(again.times == it.times && again.failing == 2);
    CHECK(again.last_failed == 41 && again.code == TP5001);
    CHECK_TEXT(again.why, "a reason  with blanks: and 100 % of it");
    CHECK(destination_pause(&it, now, "stocktaking"));
    CHECK_OK(destination_save(journal, &it, &kept, &err), &err);
    CHECK_OK(journal_query(journal,
                           "SELECT detail FROM events WHERE what IN"
                           " ('endpoint down', 'endpoint paused')",
                           NULL, 0, count_row, &found, &err),
             &err);
    CHECK(found == 2);
}

/* The same failure of many documents does not bring them back together, each
 * time the same for one house, and otherwise for another. */
static void
jitter_spreads_and_repeats(void)
{
    struct retry_policy other = policy;
    unsigned seen[8] = { 0 }, same = 0;

    other.seed = 1;
    for (int64_t who = 1; who <= 800; who++) {
        moment wait = retry_wait(&policy, 4, who);
        CHECK(wait >= 70 * SECOND && wait <= 90 * SECOND);
        CHECK(wait == retry_wait(&policy, 4, who));
        same += wait == retry_wait(&other, 4, who);
        seen[(wait - 70 * SECOND) * 8 / (20 * SECOND + 1)]++;
    }
    CHECK(same < 8);
    for (int i = 0; i < 8; i++)
        CHECK(seen[i] > 60 && seen[i] < 140);
}

/* Down or stopped: other settings are a new beginning; the same ones, those of
 * who does not know them, and a pause are none. */
static void
mended_settings_are_a_new_beginning(void)
{
    static const struct {
        enum destination_state state;
        const char *settings;
        enum destination_state then;
    } cases[] = { { DESTINATION_DOWN, "one", DESTINATION_DOWN },
                  { DESTINATION_DOWN, "", DESTINATION_DOWN },
                  { DESTINATION_DOWN, "two", DESTINATION_SLOW },
                  { DESTINATION_STOPPED, "two", DESTINATION_SLOW },
                  { DESTINATION_PAUSED, "two", DESTINATION_PAUSED },
                  { DESTINATION_WAITS, "two", DESTINATION_WAITS },
                  { DESTINATION_UP, "two", DESTINATION_UP } };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fresh();
        struct destination it = { .name = "partner/ACME", .settings = "one" },
                           kept;
        CHECK_OK(destination_load(journal, &it, &kept, &err), &err);
        it.state = cases[i].state;
        CHECK_OK(destination_save(journal, &it, &kept, &err), &err);
        it = (struct destination){ .name = "partner/ACME" };
        text_copy(it.settings, sizeof it.settings, cases[i].settings);
        CHECK_OK(destination_load(journal, &it, &kept, &err), &err);
        CHECK(it.state == cases[i].then && kept.state == cases[i].state);
        if (cases[i].settings[0] != '\0')
            CHECK_TEXT(it.settings, cases[i].settings);
        else
            CHECK_TEXT(it.settings, "one");
    }
}

int
main(void)
{
    RUN(one_probe_then_slowly);
    RUN(two_refusals_stop_it);
    RUN(waiting_is_no_failure);
    RUN(many_documents_are_an_outage_and_one_is_not);
    RUN(a_person_pauses_it);
    RUN(a_restart_knows_it);
    RUN(jitter_spreads_and_repeats);
    RUN(mended_settings_are_a_new_beginning);
    end_journal();
    arena_free(&arena);
    if (dir[0] != '\0' && !durable_remove_tree(dir, &err))
        err_print(stdout, &err);
    return test_end();
}
