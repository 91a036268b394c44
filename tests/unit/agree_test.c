/* SPDX-License-Identifier: Apache-2.0 */
/* Three-way comparison: single facts, and random edits on three systems that
 * converge or are held, never lost. */
#include "map/agree.h"

#include "map_fixture.h"
#include "test.h"

static const char text[] = "binding odoo res.partner party\n"
                           "match ref = number, email = email\n"
                           "ref = number owner nav\n"
                           "name = name\n"
                           "phone = phone owner nav\n"
                           "email = email owner newest\n"
                           "website = website owner odoo\n"
                           "balance -> balance\n"
                           "rank <- 1\n";

static struct binding *binding;

static void
load(void)
{
    struct fixture fixture = { NULL, text, NULL };
    struct map_sources sources = { fixture_find, &fixture };
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct problems *found = problems_new(arena);
    struct err err = { 0 };

    CHECK_OK(binding_load(&binding, "test.map", &sources, found, &err), &err);
}

static struct record *
party(const char *name, const char *phone, const char *email,
      const char *website)
{
    struct record *record = record_new(RECORD_PARTY);

    record_set(record, "number", "C1");
    record_set(record, "name", name);
    record_set(record, "phone", phone);
    record_set(record, "email", email);
    record_set(record, "website", website);
    return record;
}

static void
knows_what_it_carries(void)
{
    const char *field, *path;

    CHECK(binding_path_count(binding) == 6);
    CHECK_TEXT(binding_path(binding, 0)->owner, "nav");
    CHECK(binding_path(binding, 1)->owner == NULL);
    CHECK_TEXT(binding_path(binding, 5)->path, "balance");
    CHECK(!binding_path(binding, 5)->goes && binding_path(binding, 5)->comes);
    CHECK(binding_match(binding, 1, &field, &path));
    CHECK_TEXT(field, "email");
    CHECK_TEXT(path, "email");
    CHECK(!binding_match(binding, 2, &field, &path));
}

struct three {
    const char *ours, *theirs, *before; /* name and phone and email */
    bool newer;
    enum agree_verdict verdict[2]; /* of the name, nobody's; the phone, nav's */
    enum agree_verdict email;
};

/* Every pair of changes, by whom the field belongs to. */
static void
decides_by_the_owner(void)
{
    static const struct three cases[] = {
        { "a", "b", "a", false, { AGREE_TAKE, AGREE_GIVE }, AGREE_TAKE },
        { "b", "a", "a", false, { AGREE_GIVE, AGREE_GIVE }, AGREE_GIVE },
        { "b", "c", "a", false, { AGREE_CONFLICT, AGREE_GIVE }, AGREE_GIVE },
        { "b", "c", "a", true, { AGREE_CONFLICT, AGREE_GIVE }, AGREE_TAKE },
        { "b", NULL, "b", false, { AGREE_TAKE, AGREE_GIVE }, AGREE_TAKE },
        { "b", "c", NULL, false, { AGREE_CONFLICT, AGREE_GIVE }, AGREE_GIVE },
        { NULL, "c", NULL, false, { AGREE_TAKE, AGREE_TAKE }, AGREE_TAKE },
        { "b", NULL, NULL, true, { AGREE_GIVE, AGREE_GIVE }, AGREE_GIVE },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct three *c = &cases[i];
        CLEANUP(arena_free) struct arena *arena = arena_new();
        CLEANUP(record_free)
        struct record *ours = party(c->ours, c->ours, c->ours, NULL);
        CLEANUP(record_free)
        struct record *theirs = party(c->theirs, c->theirs, c->theirs, NULL);
        CLEANUP(record_free)
        struct record *before = party(c->before, c->before, c->before, NULL);
        struct agree_case one = { binding,
                                  "odoo",
                                  ours,
                                  theirs,
                                  c->before ? before : NULL,
                                  c->before ? before : NULL,
                                  c->newer };
        struct agreement out;
        agree(&one, arena, &out);
        CHECK(out.count == 3);
        CHECK(out.fields[0].verdict == c->verdict[0]);
        CHECK(out.fields[1].verdict == c->verdict[1]);
        CHECK(out.fields[2].verdict == c->email);
        agreement_free(&out);
    }
}

/* The system cuts names off: what it made of ours is no change of its own. */
static void
an_echo_is_no_change(void)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(record_free)
    struct record *ours = party("long name", "1", NULL, NULL);
    CLEANUP(record_free) struct record *theirs = party("long", "1", NULL, NULL);
    struct agree_case one = {
        binding, "odoo", ours, theirs, ours, theirs, false
    };
    struct agreement out;

    agree(&one, arena, &out);
    CHECK(out.count == 0);
    CHECK_TEXT(record_text(out.house, "name"), "long name");
    agreement_free(&out);
    record_set(ours, "phone", "2");
    CLEANUP(record_free)
    struct record *before = party("long name", "1", NULL, NULL);
    one.ours_before = before;
    agree(&one, arena, &out);
    CHECK(out.gives == 1 && out.takes == 0);
    CHECK_TEXT(record_text(out.system, "name"), "long");
    CHECK_TEXT(record_text(out.system, "phone"), "2");
    agreement_free(&out);
}

static void
a_number_is_never_taken_away(void)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(record_free) struct record *ours = party("a", NULL, NULL, NULL);
    CLEANUP(record_free) struct record *theirs = party("a", NULL, NULL, NULL);
    struct agree_case one = { binding, "nav", ours, theirs, ours, ours, false };
    struct agreement out;

    record_set(theirs, "number", NULL);
    agree(&one, arena, &out);
    CHECK_TEXT(record_text(out.house, "number"), "C1");
    CHECK_TEXT(record_text(out.system, "number"), "C1");
    CHECK(out.gives == 1);
    agreement_free(&out);
}

/* ---- random edits on two systems and the house between them */

enum { SYSTEMS = 2, FIELDS = 4, ROUNDS = 20000 };
static const char *const names[SYSTEMS] = { "nav", "odoo" };
static const char *const fields[FIELDS] = { "name", "phone", "email",
                                            "website" };

struct side {
    struct record *now, *ours_base, *theirs_base;
};

static uint64_t seed = 88172645463325252U;

static unsigned
chance(unsigned below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed % below);
}

static void
move(struct record **to, struct record **from)
{
    record_free(to);
    *to = *from;
    *from = NULL;
}

/* As the flow does it: read, compare, write. Returns the conflicts. */
static size_t
meet(struct record **house, struct side *side, const char *name, int turn)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct agree_case one = { binding,         name,
                              *house,          side->now,
                              side->ours_base, side->theirs_base,
                              turn == 1 };
    struct agreement out;

    agree(&one, arena, &out);
    size_t conflicts = out.conflicts;
    if (turn >= SYSTEMS || chance(3) > 0) /* else it dies before it writes */
        CHECK(agree_written(&out, &one, out.system));
    else
        move(&out.system, &side->now);
    move(house, &out.house);
    move(&side->now, &out.system);
    move(&side->ours_base, &out.ours_base);
    move(&side->theirs_base, &out.theirs_base);
    agreement_free(&out);
    return conflicts;
}

static void
edits_converge_or_are_held(void)
{
    struct record *house = party("n", "p", "e", "w");
    struct side sides[SYSTEMS] = { { 0 } };

    for (int s = 0; s < SYSTEMS; s++)
        sides[s].now = party("n", "p", "e", "w");
    for (int round = 0; round < ROUNDS; round++) {
        bool edited[SYSTEMS][FIELDS] = { { false } };
        char value[SYSTEMS][FIELDS][16];
        for (unsigned edit = chance(4); edit > 0; edit--) {
            unsigned s = chance(SYSTEMS), f = chance(FIELDS);
            edited[s][f] = true;
            snprintf(value[s][f], sizeof value[s][f], "%u", chance(50));
            record_set(sides[s].now, fields[f], value[s][f]);
        }
        unsigned first = chance(SYSTEMS);
        size_t conflicts = 0;
        for (unsigned turn = 0; turn < 2 * SYSTEMS; turn++) {
            unsigned s = (first + turn) % SYSTEMS;
            size_t met = meet(&house, &sides[s], names[s], (int)turn);
            conflicts += turn < SYSTEMS ? 0 : met;
        }
        for (int f = 0; f < FIELDS; f++) {
            const char *nav = record_text(sides[0].now, fields[f]);
            const char *odoo = record_text(sides[1].now, fields[f]);
            const char *here = record_text(house, fields[f]);
            bool same = strcmp(nav, odoo) == 0 && strcmp(nav, here) == 0;
            CHECK(same || (f == 0 && conflicts > 0));
            if (f == 0 && edited[0][f] != edited[1][f] && same)
                CHECK_TEXT(here, value[edited[1][f]][f]);
            if (f == 1 && edited[0][f])
                CHECK_TEXT(here, value[0][f]);
            if (f == 3 && edited[1][f])
                CHECK_TEXT(here, value[1][f]);
            if (f == 0 && !same) { /* a person decides for nav */
                record_set(house, fields[f], nav);
                record_set(sides[1].now, fields[f], nav);
                for (int s = 0; s < SYSTEMS; s++)
                    CHECK(meet(&house, &sides[s], names[s], SYSTEMS) == 0);
            }
        }
    }
    for (int s = 0; s < SYSTEMS; s++) {
        record_free(&sides[s].now);
        record_free(&sides[s].ours_base);
        record_free(&sides[s].theirs_base);
    }
    record_free(&house);
}

/* Only what differs is written; what the house lost is emptied. */
static void
writes_what_differs(void)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(record_free) struct record *to = party("b", NULL, "e", NULL);
    CLEANUP(record_free) struct record *now = party("a", "1", "e", NULL);
    CLEANUP(json_decrefp) json_t *changes = NULL;
    struct problems *found = problems_new(arena);
    struct err err = { 0 };

    CHECK_OK(
        binding_update(binding, to, now, &fixture_codes, found, &changes, &err),
        &err);
    CHECK(json_object_size(changes) == 2);
    CHECK_TEXT(json_string_value(json_object_get(changes, "name")), "b");
    CHECK(json_is_null(json_object_get(changes, "phone")));
}

int
main(void)
{
    RUN(load);
    RUN(knows_what_it_carries);
    RUN(decides_by_the_owner);
    RUN(an_echo_is_no_change);
    RUN(a_number_is_never_taken_away);
    RUN(edits_converge_or_are_held);
    RUN(writes_what_differs);
    binding_free(&binding);
    return test_end();
}
