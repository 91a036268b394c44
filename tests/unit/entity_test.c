/* SPDX-License-Identifier: Apache-2.0 */
/* Masters that several systems keep, as the journal has them; once more through
 * the keeper. */
#include "store/entity.h"

#include "store_fixture.h"

static struct entity
customer(const char *number)
{
    struct entity it = { .kind = "customer",
                         .changed = 1000,
                         .fields = "{\"name\":\"Bigmart\"}" };

    text_copy(it.number, sizeof it.number, number);
    CHECK_OK(journal_entity_put(journal, &it, "customer made", &err), &err);
    CHECK(it.id > 0);
    return it;
}

static struct link
link_to(const struct entity *it, const char *system, const char *remote,
        enum link_state state, moment due)
{
    struct link link = { .entity = it->id,
                         .state = state,
                         .due = due,
                         .ours = "{\"name\":\"Bigmart\"}",
                         .theirs = "",
                         .seen = "" };

    text_copy(link.system, sizeof link.system, system);
    text_copy(link.remote, sizeof link.remote, remote);
    CHECK_OK(journal_link_put(journal, &link, NULL, &err), &err);
    return link;
}

static void
an_entity_comes_back_whole(void)
{
    struct entity it, back;
    bool found;

    fresh();
    it = customer("C1");
    link_to(&it, "odoo", "17", LINK_AGREED, 0);
    CHECK_OK(
        journal_entity(journal, "customer", "C1", arena, &back, &found, &err),
        &err);
    CHECK(found && back.id == it.id && back.changed == 1000);
    CHECK_TEXT(back.fields, "{\"name\":\"Bigmart\"}");
    CHECK_OK(journal_entity_linked(journal, "odoo", "customer", "17", arena,
                                   &back, &found, &err),
             &err);
    CHECK(found && back.id == it.id);
    CHECK_OK(journal_entity_by_id(journal, it.id, arena, &back, &found, &err),
             &err);
    CHECK(found);
    CHECK_TEXT(back.number, "C1");
    CHECK_OK(
        journal_entity(journal, "vendor", "C1", arena, &back, &found, &err),
        &err);
    CHECK(!found);
    CHECK_OK(journal_entity_linked(journal, "odoo", "customer", "", arena,
                                   &back, &found, &err),
             &err);
    CHECK(!found);
}

static void
a_number_names_one(void)
{
    struct entity it, second;

    fresh();
    it = customer("odoo/17");
    second = customer("C2");
    text_copy(it.number, sizeof it.number, "C1");
    it.fields = "{\"name\":\"Big\"}";
    CHECK_OK(journal_entity_put(journal, &it, "numbered", &err), &err);
    text_copy(second.number, sizeof second.number, "C1");
    CHECK(!journal_entity_put(journal, &second, "numbered", &err));
    CHECK(err.code == TP4011);
    err_clear(&err);
}

static void
what_is_due_is_found(void)
{
    struct entity it;
    struct link *links;
    size_t count;
    moment now = when_now(), next;

    fresh();
    it = customer("C1");
    link_to(&it, "odoo", "", LINK_WANTED, now - 1000);
    link_to(&it, "xero", "x", LINK_WANTED, now + 60000);
    link_to(&it, "nav", "n", LINK_AGREED, 0);
    CHECK_OK(journal_links_due(journal, "odoo", "customer", 10, arena, &links,
                               &count, &err),
             &err);
    CHECK(count == 1 && links[0].entity == it.id);
    CHECK_OK(journal_links_due(journal, "xero", "customer", 10, arena, &links,
                               &count, &err),
             &err);
    CHECK(count == 0);
    CHECK_OK(journal_links(journal, it.id, arena, &links, &count, &err), &err);
    CHECK(count == 3);
    CHECK_TEXT(links[0].system, "nav");
    CHECK_TEXT(links[1].ours, "{\"name\":\"Bigmart\"}");
    CHECK_OK(journal_link_next(journal, &next, &err), &err);
    CHECK(next == now + 60000);
}

static void
a_link_is_changed_in_its_place(void)
{
    struct entity it;
    struct link link, *links;
    size_t count;

    fresh();
    it = customer("C1");
    link = link_to(&it, "odoo", "", LINK_WANTED, 5);
    link.state = LINK_HELD;
    link.code = TP6010;
    text_copy(link.reason, sizeof link.reason, "refused");
    text_copy(link.remote, sizeof link.remote, "17");
    link.theirs = "{}";
    CHECK_OK(
        journal_link_put(journal, &link, "customer C1 odoo: refused", &err),
        &err);
    reopen();
    CHECK_OK(journal_links(journal, it.id, arena, &links, &count, &err), &err);
    CHECK(count == 1 && links[0].state == LINK_HELD);
    CHECK(links[0].code == TP6010);
    CHECK_TEXT(links[0].reason, "refused");
    CHECK_TEXT(links[0].remote, "17");
    CHECK_TEXT(links[0].theirs, "{}");
    CHECK(problems_now() == 0);
}

int
main(void)
{
    setenv("TRADEPOST_BUSY_MS", "200", 1);
    RUN(an_entity_comes_back_whole);
    RUN(a_number_names_one);
    RUN(what_is_due_is_found);
    RUN(a_link_is_changed_in_its_place);
    return ended();
}
