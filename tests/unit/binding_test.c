/* SPDX-License-Identifier: Apache-2.0 */
#include "map_fixture.h"
#include "test.h"

static struct binding *
load(const char *name, struct fixture *fixture, struct problems *found)
{
    struct map_sources sources = { fixture_find, fixture };
    struct binding *binding = NULL;
    struct err err = { 0 };

    if (!binding_load(&binding, name, &sources, found, &err))
        printf("# %s: %s\n", err.at, err.text);
    return binding;
}

static void
loads_every_shipped_binding(void)
{
    static const char *const names[] = { "purchase_order",   "sales_invoice",
                                         "purchase_invoice", "vendor",
                                         "customer",         "item" };
    static const char *const profiles[] = { "nav", "nav-odata" };

    for (size_t i = 0; i < 12; i++) {
        CLEANUP(arena_free) struct arena *arena = arena_new();
        CLEANUP(binding_free) struct binding *binding = NULL;
        struct problems *found = problems_new(arena);
        struct fixture fixture = { NULL, NULL, NULL };

        binding = load(arena_printf(arena, "bindings/%s/%s.binding",
                                    profiles[i / 6], names[i % 6]),
                       &fixture, found);
        CHECK(binding != NULL);
        CHECK_TEXT(binding_system(binding), "nav");
        CHECK(binding_field_count(binding) > 10);
        CHECK(problems_errors(found) == 0);
    }
}

static struct record *
read_entity(struct arena *arena, const char *name, const char *json,
            struct problems *found)
{
    struct fixture fixture = { NULL, NULL, NULL };
    CLEANUP(binding_free) struct binding *binding = load(name, &fixture, found);
    CLEANUP(json_decrefp) json_t *entity = json_loads(json, 0, NULL);
    struct record *record = NULL;
    struct err err = { 0 };

    (void)arena;
    CHECK(binding != NULL && entity != NULL);
    CHECK_OK(
        binding_read(binding, entity, &fixture_codes, found, &record, &err),
        &err);
    return record;
}

static const char purchase_order[] =
    "{\"@odata.etag\":\"W/x\",\"id\":\"8b5a\",\"number\":\"106001\","
    "\"orderDate\":\"2025-11-12\",\"requestedReceiptDate\":\"0001-01-01\","
    "\"vendorNumber\":\"V10000\",\"vendorName\":\"Bluefish\","
    "\"shipToName\":\"DC\",\"shipToCity\":\"Austin\",\"shipToState\":\"\","
    "\"currencyCode\":\"USD\",\"totalAmountExcludingTax\":\"7528.00\","
    "\"discountAmount\":\"0\",\"purchaseOrderLines\":["
    "{\"sequence\":10000,\"lineType\":\"Item\","
    "\"lineObjectNumber\":\"70000\",\"description\":\"COD\","
    "\"quantity\":\"40\",\"unitOfMeasureCode\":\"BOX\","
    "\"directUnitCost\":\"155.70\",\"amountExcludingTax\":\"6128.00\","
    "\"discountAmount\":\"100.00\"},"
    "{\"sequence\":20000,\"lineType\":\"Comment\",\"description\":\"hello\"},"
    "{\"sequence\":30000,\"lineType\":\"Item\","
    "\"lineObjectNumber\":\"70001\",\"quantity\":10,"
    "\"unitOfMeasureCode\":\"BOX\",\"directUnitCost\":140,"
    "\"amountExcludingTax\":\"1400\",\"discountAmount\":null}]}";

static void
reads_an_order_of_the_api(void)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct problems *found = problems_new(arena);
    CLEANUP(record_free)
    struct record *order = read_entity(
        arena, "bindings/nav/purchase_order.binding", purchase_order, found);

    CHECK(problems_errors(found) == 0);
    CHECK_TEXT(record_text(order, "number"), "106001");
    CHECK_TEXT(record_text(order, "purpose"), "original");
    CHECK(record_text(order, "requested_date") == NULL);
    CHECK(record_text(order, "ship_to.address.state") == NULL);
    CHECK_TEXT(record_text(order, "total"), "7528");
    CHECK(record_count(order, "charges") == 0);
    CHECK(record_count(order, "lines") == 2);
    CHECK_TEXT(record_text(order, "lines[0].line"), "10000");
    CHECK_TEXT(record_text(order, "lines[0].unit"), "BX");
    CHECK_TEXT(record_text(order, "lines[0].price"), "155.7");
    CHECK_TEXT(record_text(order, "lines[0].charges[0].amount"), "-100");
    CHECK_TEXT(record_text(order, "lines[0].charges[0].kind"), "allowance");
    CHECK_TEXT(record_text(order, "lines[1].quantity"), "10");
    CHECK(record_count(order, "lines[1].charges") == 0);
}

static void
names_the_row_of_an_unknown_code(void)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct problems *found = problems_new(arena);
    CLEANUP(record_free)
    struct record *order = read_entity(
        arena, "bindings/nav/purchase_order.binding",
        "{\"number\":\"1\",\"orderDate\":\"2025-11-12\","
        "\"purchaseOrderLines\":[{\"lineType\":\"Item\",\"quantity\":\"1\","
        "\"unitOfMeasureCode\":\"BOXX\"}]}",
        found);

    CHECK(record_count(order, "lines") == 1);
    CHECK(problems_errors(found) == 1);
    CHECK_TEXT(problems_first(found)->at,
               "purchaseOrderLines[0].unitOfMeasureCode");
    CHECK_TEXT(problems_first(found)->waits_for, "unit:BOXX");
}

static void
adds_up_what_a_page_does_not_say(void)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct problems *found = problems_new(arena);
    CLEANUP(record_free)
    struct record *invoice = read_entity(
        arena, "bindings/nav-odata/sales_invoice.binding",
        "{\"No\":\"103201\",\"Document_Date\":\"2025-11-12\","
        "\"External_Document_No\":\"PO-1\",\"Sell_to_Customer_No\":\"C1\","
        "\"PostedSalesInvoiceSalesInvLines\":["
        "{\"Line_No\":10000,\"Type\":\"Item\",\"No\":\"1000\","
        "\"Quantity\":\"2\",\"Unit_of_Measure_Code\":\"PCS\","
        "\"Unit_Price\":\"10\",\"Line_Amount\":\"20\"},"
        "{\"Line_No\":20000,\"Type\":\"G/L Account\",\"No\":\"8410\","
        "\"Quantity\":\"1\",\"Unit_of_Measure_Code\":\"\","
        "\"Unit_Price\":\"5.25\",\"Line_Amount\":\"5.25\"}]}",
        found);

    CHECK(problems_errors(found) == 0);
    CHECK_TEXT(record_text(invoice, "total"), "25.25");
    CHECK_TEXT(record_text(invoice, "po_number"), "PO-1");
    CHECK_TEXT(record_text(invoice, "lines[1].unit"), "EA");
}

static void
writes_exact_json(void)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct problems *found = problems_new(arena);
    struct fixture fixture = { NULL, NULL, NULL };
    CLEANUP(binding_free)
    struct binding *binding =
        load("bindings/nav/purchase_order.binding", &fixture, found);
    CLEANUP(record_free)
    struct record *order = read_entity(
        arena, "bindings/nav/purchase_order.binding", purchase_order, found);
    CLEANUP(json_decrefp) json_t *entity = NULL;
    CLEANUP(json_decrefp)
    json_t *wanted = json_loads(
        "{\"number\":\"106001\",\"orderDate\":\"2025-11-12\","
        "\"vendorNumber\":\"V10000\",\"shipToName\":\"DC\","
        "\"shipToCity\":\"Austin\",\"currencyCode\":\"USD\","
        "\"purchaseOrderLines\":[{\"sequence\":10000,\"lineType\":\"Item\","
        "\"lineObjectNumber\":\"70000\",\"description\":\"COD\","
        "\"quantity\":\"40\",\"unitOfMeasureCode\":\"BOX\","
        "\"directUnitCost\":\"155.7\"},{\"sequence\":30000,"
        "\"lineType\":\"Item\",\"lineObjectNumber\":\"70001\","
        "\"quantity\":\"10\",\"unitOfMeasureCode\":\"BOX\","
        "\"directUnitCost\":\"140\"}]}",
        0, NULL);
    struct err err = { 0 };

    CHECK_OK(
        binding_write(binding, order, &fixture_codes, found, &entity, &err),
        &err);
    CHECK(json_equal(entity, wanted));
    CHECK(binding_is_number(binding, "purchaseOrderLines.directUnitCost"));
    CHECK(!binding_is_number(binding, "purchaseOrderLines.sequence"));
    CHECK(!binding_is_number(binding, "number"));
}

static void
writes_flags_as_booleans(void)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct problems *found = problems_new(arena);
    struct fixture fixture = { NULL, NULL, NULL };
    CLEANUP(binding_free)
    struct binding *binding =
        load("bindings/nav/item.binding", &fixture, found);
    CLEANUP(record_free)
    struct record *item = read_entity(
        arena, "bindings/nav/item.binding",
        "{\"number\":\"1000\",\"blocked\":true,\"type\":\"Inventory\","
        "\"lastModifiedDateTime\":\"2025-11-20T08:58:00.123Z\"}",
        found);
    CLEANUP(json_decrefp) json_t *entity = NULL;
    struct err err = { 0 };

    CHECK_TEXT(record_text(item, "blocked"), "true");
    CHECK_TEXT(record_text(item, "kind"), "inventory");
    CHECK_TEXT(record_text(item, "changed_at"), "2025-11-20T08:58:00Z");
    CHECK_OK(binding_write(binding, item, &fixture_codes, found, &entity, &err),
             &err);
    CHECK(json_is_true(json_object_get(entity, "blocked")));
    CHECK(json_object_get(entity, "lastModifiedDateTime") == NULL);
}

static void
tells_its_head_options_and_fields(void)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(binding_free) struct binding *binding = NULL;
    struct problems *found = problems_new(arena);
    struct fixture fixture = { NULL,
                               "binding nav things item\n"
                               "filter  blocked eq false  # open ones\n"
                               "No = number owner nav\n"
                               "group.Name = description\n"
                               "Tax each x\n",
                               NULL };

    CHECK(load("test.map", &fixture, found) == NULL);
    fixture.text = "binding nav things item\n"
                   "filter  blocked eq false  # open ones\n"
                   "No = number owner nav\n"
                   "group.Name = description\n";
    binding = load("test.map", &fixture, found);
    CHECK(binding != NULL);
    CHECK_TEXT(binding_entity(binding), "things");
    CHECK(binding_kind(binding) == RECORD_ITEM);
    CHECK_TEXT(binding_option(binding, "filter"), "blocked eq false");
    CHECK(binding_option(binding, "expand") == NULL);
    CHECK(binding_field_count(binding) == 2);
    CHECK_TEXT(binding_field(binding, 1), "group.Name");
    CHECK(binding_field(binding, 2) == NULL);
}

static void
names_mistakes_by_file_and_line(void)
{
    static const struct {
        const char *text, *at, *sentence;
    } cases[] = {
        { "No = number\n", "test.map",
          "found no head, expected a line as binding nav purchaseOrders "
          "order" },
        { "binding nav things itm\n", "test.map:1",
          "found 'itm', expected a kind of record: order, invoice, party, item "
          "..." },
        { "binding nav things item\nfiltr x\n", "test.map:2",
          "found 'filtr', expected name = field, a list with each, or an "
          "option; did you mean 'filter'?" },
        { "binding nav things item\nNo = numbr\n", "test.map:2",
          "found 'numbr', expected a field of item; did you mean 'number'?" },
        { "binding nav things item\nNo = upper(number)\n", "test.map:2",
          "No cannot be read back from this expression; write '<-' to only "
          "write it" },
        { "binding nav things item\nNo = number\n  X = unit\n", "test.map:3",
          "found 'X', expected no indentation below a single field" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CLEANUP(arena_free) struct arena *arena = arena_new();
        struct problems *found = problems_new(arena);
        struct fixture fixture = { NULL, cases[i].text, NULL };

        CHECK(load("test.map", &fixture, found) == NULL);
        CHECK_TEXT(problems_first(found)->text, cases[i].sentence);
        CHECK_TEXT(problems_first(found)->at, cases[i].at);
    }
}

int
main(void)
{
    RUN(loads_every_shipped_binding);
    RUN(reads_an_order_of_the_api);
    RUN(names_the_row_of_an_unknown_code);
    RUN(adds_up_what_a_page_does_not_say);
    RUN(writes_exact_json);
    RUN(writes_flags_as_booleans);
    RUN(tells_its_head_options_and_fields);
    RUN(names_mistakes_by_file_and_line);
    return test_end();
}
