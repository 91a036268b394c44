/* SPDX-License-Identifier: Apache-2.0 */
/* The demo's company: the same rows for the same seed and date. */
#include <string.h>

#include "base/durable.h"
#include "base/text.h"
#include "base/when.h"
#include "sandbox/nav.h"
#include "sandbox/sandbox.h"

enum { PER_VENDOR = 8, DAY_MS = 86400000 };

struct vendor {
    const char *number, *code, *name, *street, *city, *state, *post_code, *mail,
        *prefix;
    int first;
};

struct item {
    const char *description, *unit, *cost, *price;
};

static const struct vendor vendors[] = {
#define VENDOR(...) { __VA_ARGS__ },
#define ITEM(...)
#include "sandbox/data.tbl"
#undef VENDOR
#undef ITEM
};

static const struct item items[] = {
#define VENDOR(...)
#define ITEM(...) { __VA_ARGS__ },
#include "sandbox/data.tbl"
#undef VENDOR
#undef ITEM
};

static const char *const places[][6] = {
    { "MAIN", "CRONUS DC Atlanta", "7122 South Ashford Street", "Atlanta", "GA",
      "31772" },
    { "AUSTIN", "CRONUS DC Austin", "400 Industrial Pkwy", "Austin", "TX",
      "78741" },
    { "CHICAGO", "CRONUS DC Chicago", "1550 Canal Street", "Chicago", "IL",
      "60616" },
};

struct maker {
    struct world *world;
    struct arena *arena;
    unsigned long long state; /* of the random numbers */
    moment today;
    size_t vendor_count, item_count;
};

/* splitmix64: small, and the same everywhere. */
static unsigned
pick(struct maker *maker, unsigned below)
{
    unsigned long long z = maker->state += 0x9e3779b97f4a7c15ULL;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return (unsigned)((z ^ (z >> 31)) % below);
}

static const char *
day(struct maker *maker, int offset)
{
    char text[WHEN_DATE];
    return arena_strdup(
        maker->arena,
        when_date(maker->today + (moment)offset * DAY_MS, NULL, text));
}

/* The GS1 check digit: weights 3 and 1 from the right. */
static const char *
with_check_digit(struct maker *maker, const char *digits)
{
    int sum = 0, weight = 3;
    for (size_t i = strlen(digits); i-- > 0; weight = 4 - weight)
        sum += (digits[i] - '0') * weight;
    return arena_printf(maker->arena, "%s%d", digits, (10 - sum % 10) % 10);
}

static json_t *
add(struct maker *maker, const char *table, json_t *row, int offset)
{
    const char *date = day(maker, offset);
    /* One pick a statement: C does not order arguments. */
    if (!json_object_get(row, "lastModifiedDateTime")) {
        unsigned thousandth = pick(maker, 1000), second = pick(maker, 60);
        unsigned minute = pick(maker, 60), hour = pick(maker, 10);
        row_set(row, "lastModifiedDateTime",
                arena_printf(maker->arena, "%sT0%u:%02u:%02u.%03uZ", date, hour,
                             minute, second, thousandth));
    }
    row_set(row, "_modified", date);
    return world_seed(maker->world, table, row);
}

static void
add_company(struct maker *maker)
{
    add(maker, "companies", json_pack("{s:s}", "name", NAV_COMPANY), -400);
    add(maker, "companyInformation",
        json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "displayName",
                  NAV_COMPANY, "addressLine1", places[0][2], "city",
                  places[0][3], "state", places[0][4], "postalCode",
                  places[0][5], "country", "US", "currencyCode", "USD",
                  "phoneNumber", "+1 425 555 0100"),
        -400);
    static const char *const accounts[][2] = {
        { "10100", "Bank Account - Operating" },
        { "40100", "Sales" },
        { "50100", "Cost of Goods Sold" },
        { "61100", "Freight In" },
        { "65300", "Payment Discounts Granted" },
        { "71100", "Deductions Under Review" },
    };
    for (size_t i = 0; i < sizeof accounts / sizeof *accounts; i++)
        add(maker, "accounts",
            json_pack("{s:s,s:s,s:s,s:b}", "number", accounts[i][0],
                      "displayName", accounts[i][1], "accountType", "Posting",
                      "directPosting", 1),
            -400);
    add(maker, "customerPaymentJournals",
        json_pack("{s:s,s:s,s:s}", "code", "GENERAL", "displayName",
                  "Cash receipts", "balancingAccountNumber", "10100"),
        -400);
    add(maker, "paymentTerms",
        json_pack("{s:s,s:s,s:s,s:s,s:s}", "code", "2%10NET30", "displayName",
                  "2 % 10 days, net 30", "dueDateCalculation", "30D",
                  "discountDateCalculation", "10D", "discountPercent", "2"),
        -400);
}

static void
add_codes(struct maker *maker)
{
    static const char *const units[][3] = { { "PCS", "Piece", "EA" },
                                            { "CASE", "Case", "CA" },
                                            { "BOX", "Box", "BX" },
                                            { "LB", "Pound", "LB" } };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        add(maker, "unitsOfMeasure",
            json_pack("{s:s,s:s,s:s}", "code", units[i][0], "displayName",
                      units[i][1], "internationalStandardCode", units[i][2]),
            -400);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        add(maker, "locations",
            json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "code", places[i][0],
                      "displayName", places[i][1], "addressLine1", places[i][2],
                      "city", places[i][3], "state", places[i][4], "postalCode",
                      places[i][5], "country", "US"),
            -400);
}

static void
add_vendors(struct maker *maker)
{
    for (size_t i = 0; i < maker->vendor_count; i++) {
        const struct vendor *vendor = &vendors[i];
        json_t *row = json_pack(
            "{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "number",
            vendor->number, "displayName", vendor->name, "addressLine1",
            vendor->street, "city", vendor->city, "state", vendor->state,
            "postalCode", vendor->post_code, "country", "US", "email",
            vendor->mail, "currencyCode", "USD", "_paymentTerms", "2%10NET30");
        row_set(row, "_gln",
                with_check_digit(
                    maker, arena_printf(maker->arena, "08712345%04zu", i + 1)));
        row_set(row, "_searchName", vendor->code);
        add(maker, "vendors", row, -300);
    }
    json_t *customer = json_pack(
        "{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "number", "C20000",
        "displayName", "Bigmart Stores", "addressLine1", "4000 Retail Parkway",
        "city", "Columbus", "state", "OH", "postalCode", "43215", "country",
        "US", "email", "ap@bigmart.example", "currencyCode", "USD",
        "creditLimit", "500000");
    row_set(customer, "_gln", with_check_digit(maker, "071234500000"));
    row_set(customer, "_paymentTerms", "2%10NET30");
    add(maker, "customers", customer, -300);
}

static void
add_reference(struct maker *maker, const char *item, const char *unit,
              const char *type, const char *party, const char *number)
{
    add(maker, "itemReferences",
        json_pack("{s:s,s:s,s:s,s:s,s:s}", "Item_No", item, "Unit_of_Measure",
                  unit, "Reference_Type", type, "Reference_Type_No", party,
                  "Reference_No", number),
        -300);
}

static const char *
vendor_item(struct maker *maker, size_t item)
{
    const struct vendor *vendor = &vendors[item / PER_VENDOR];
    return arena_printf(maker->arena, "%s-%d", vendor->prefix,
                        vendor->first + (int)(item % PER_VENDOR));
}

static void
add_items(struct maker *maker)
{
    for (size_t i = 0; i < maker->item_count; i++) {
        const struct item *item = &items[i];
        const char *number = arena_printf(maker->arena, "%zu", 70000 + i);
        const char *gtin = with_check_digit(
            maker, arena_printf(maker->arena, "614141%s", number));
        const struct vendor *vendor = &vendors[i / PER_VENDOR];
        json_t *row = json_pack(
            "{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "number", number,
            "displayName", item->description, "type", "Inventory",
            "baseUnitOfMeasureCode", item->unit, "unitCost", item->cost,
            "unitPrice", item->price, "gtin", gtin, "_vendorNumber",
            vendor->number, "_vendorItem", vendor_item(maker, i));
        row_set(row, "inventory",
                arena_printf(maker->arena, "%u", pick(maker, 400)));
        add(maker, "items", row, -200);
        add_reference(maker, number, item->unit, "Vendor", vendor->number,
                      vendor_item(maker, i));
        add_reference(maker, number, item->unit, "Bar Code", "", gtin);
        add_reference(maker, number, item->unit, "Customer", "C20000",
                      arena_printf(maker->arena, "BM%05zu", 31000 + i * 7));
    }
}

/* price: "directUnitCost" or "unitPrice". */
static void
add_line(struct maker *maker, const char *table, const json_t *header,
         size_t item, int line, unsigned quantity, const char *price)
{
    bool sold = text_equal(price, "unitPrice");
    const json_t *row =
        world_find(maker->world, "items", "number",
                   arena_printf(maker->arena, "%zu", 70000 + item));
    const char *cost = sold ? items[item].price : items[item].cost;
    const char *count = arena_printf(maker->arena, "%u", quantity);
    char amount[DECIMAL_TEXT];
    (void)decimal_text(decimal_multiply(decimal_of(cost), decimal_of(count)),
                       amount);
    json_t *made = json_pack(
        "{s:s,s:s,s:I,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "documentId",
        row_text(header, "id"), "_documentNumber", row_text(header, "number"),
        "sequence", (json_int_t)line * 10000, "lineType", "Item", "itemId",
        row_text(row, "id"), "lineObjectNumber", row_text(row, "number"),
        "description", items[item].description, "unitOfMeasureCode",
        items[item].unit, "quantity", count, price, cost, "amountExcludingTax",
        amount);
    row_set(made, "amountIncludingTax", amount);
    row_set(made, "netAmount", amount);
    row_set(made, "netAmountIncludingTax", amount);
    row_set(made, "_location", row_text(header, "_location"));
    row_set(made, "locationId", row_text(header, "_locationId"));
    row_set(made, "_reference",
            sold ? arena_printf(maker->arena, "BM%05zu", 31000 + item * 7)
                 : vendor_item(maker, item));
    if (!sold) {
        row_set(made, "receiveQuantity", count);
        row_set(made, "invoiceQuantity", count);
        row_set(made, "expectedReceiptDate",
                row_text(header, "requestedReceiptDate"));
    }
    add(maker, table, made, 0);
}

/* Keeps the header's stamp: nobody has changed it since. */
static void
total(struct maker *maker, const char *table, json_t *header)
{
    const char *stamp =
        arena_strdup(maker->arena, row_text(header, "lastModifiedDateTime"));
    const char *date =
        arena_strdup(maker->arena, row_text(header, "_modified"));
    rules_total(maker->world, table, header);
    row_set(header, "lastModifiedDateTime", stamp);
    row_set(header, "_modified", date);
    world_seed(maker->world, table, json_incref(header));
}

static void
set_ship_to(struct maker *maker, json_t *order, size_t place)
{
    const json_t *location =
        world_find(maker->world, "locations", "code", places[place][0]);
    row_set(order, "_location", places[place][0]);
    row_set(order, "_locationId", row_text(location, "id"));
    row_set(order, "shipToName", places[place][1]);
    row_set(order, "shipToAddressLine1", places[place][2]);
    row_set(order, "shipToCity", places[place][3]);
    row_set(order, "shipToState", places[place][4]);
    row_set(order, "shipToPostCode", places[place][5]);
    row_set(order, "shipToCountry", "US");
}

static void
add_order(struct maker *maker, long number, size_t v, int offset,
          const char *status)
{
    const struct vendor *vendor = &vendors[v];
    const json_t *row =
        world_find(maker->world, "vendors", "number", vendor->number);
    json_t *order = json_pack(
        "{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "number",
        arena_printf(maker->arena, "%ld", number), "vendorNumber",
        vendor->number, "vendorId", row_text(row, "id"), "vendorName",
        vendor->name, "payToName", vendor->name, "payToVendorNumber",
        vendor->number, "buyFromAddressLine1", vendor->street, "buyFromCity",
        vendor->city, "buyFromState", vendor->state, "buyFromPostCode",
        vendor->post_code, "buyFromCountry", "US", "currencyCode", "USD");
    row_set(order, "orderDate", day(maker, offset));
    row_set(order, "postingDate", day(maker, offset));
    /* Order Date and Document Date are two fields in NAV; the API's orderDate
     * is the second. */
    row_set(order, "_orderDate", day(maker, offset - (number % 3 == 0)));
    row_set(order, "requestedReceiptDate",
            day(maker, offset + 14 + (int)pick(maker, 8)));
    row_set(order, "_status", status);
    row_set(order, "status",
            text_equal(status, "Released")
                ? "Open"
                : (text_equal(status, "Open") ? "Draft" : "In Review"));
    row_set(order, "purchaser", "EH");
    row_set(order, "_paymentTerms", "2%10NET30");
    set_ship_to(maker, order, pick(maker, 3));
    add(maker, "purchaseOrders", order, offset);
    unsigned lines = 1 + pick(maker, 6), first = pick(maker, PER_VENDOR);
    for (unsigned i = 0; i < lines; i++)
        add_line(maker, "purchaseOrderLines", order,
                 v * PER_VENDOR + (first + i * 3) % PER_VENDOR, (int)i + 1,
                 1 + pick(maker, 60), "directUnitCost");
    total(maker, "purchaseOrders", order);
}

static void
add_orders(struct maker *maker, bool small)
{
    int released = small ? 5 : 25;
    for (int i = 0; i < 3; i++)
        add_order(maker, 106101 + i, (size_t)i % maker->vendor_count,
                  -75 + i * 4, "Released");
    for (int i = 0; i < released; i++)
        add_order(maker, 106201 + i, (size_t)i % maker->vendor_count,
                  -(released - i) * 20 / released, "Released");
    for (int i = 0; i < 4; i++)
        add_order(maker, 106201 + released + i, (size_t)i % maker->vendor_count,
                  -1, i == 3 ? "Pending Approval" : "Open");
    world_seed(maker->world, "_series",
               json_pack("{s:s,s:I}", "id", "P-ORD", "next",
                         (json_int_t)106201 + released + 4));
}

static void
add_sale(struct maker *maker, int i)
{
    const json_t *customer =
        world_find(maker->world, "customers", "number", "C20000");
    int offset = -16 + i * 2;
    json_t *invoice = json_pack(
        "{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "number",
        arena_printf(maker->arena, "%d", 103201 + i), "customerNumber",
        "C20000", "customerId", row_text(customer, "id"), "customerName",
        "Bigmart Stores", "billToName", "Bigmart Stores",
        "billToCustomerNumber", "C20000", "invoiceDate", day(maker, offset),
        "postingDate", day(maker, offset), "dueDate", day(maker, offset + 30),
        "externalDocumentNumber",
        arena_printf(maker->arena, "45000%05d", 81200 + i * 13), "currencyCode",
        "USD", "status", "Open");
    row_set(invoice, "customerPurchaseOrderReference",
            row_text(invoice, "externalDocumentNumber"));
    row_set(invoice, "orderNumber",
            arena_printf(maker->arena, "%d", 101201 + i));
    row_set(invoice, "_paymentTerms", "2%10NET30");
    static const char *const sides[] = { "sellTo", "billTo", "shipTo" };
    for (size_t s = 0; s < 3; s++) {
        static const char *const parts[][2] = { { "AddressLine1",
                                                  "4000 Retail Parkway" },
                                                { "City", "Columbus" },
                                                { "State", "OH" },
                                                { "PostCode", "43215" },
                                                { "Country", "US" } };
        for (size_t p = 0; p < 5; p++)
            row_set(invoice,
                    arena_printf(maker->arena, "%s%s", sides[s], parts[p][0]),
                    parts[p][1]);
    }
    row_set(invoice, "shipToName",
            arena_printf(maker->arena, "Bigmart #%04u", 101 + pick(maker, 80)));
    row_set(invoice, "_location", "MAIN");
    add(maker, "salesInvoices", invoice, offset);
    unsigned lines = 1 + pick(maker, 4);
    for (unsigned n = 0; n < lines; n++) {
        unsigned quantity = 5 + pick(maker, 90);
        unsigned item = pick(maker, (unsigned)maker->item_count);
        add_line(maker, "salesInvoiceLines", invoice, item, (int)n + 1,
                 quantity, "unitPrice");
    }
    total(maker, "salesInvoices", invoice);
    row_set(invoice, "remainingAmount",
            row_text(invoice, "totalAmountIncludingTax"));
    world_seed(maker->world, "salesInvoices", json_incref(invoice));
}

void
data_fill(struct world *world, const struct options *options,
          struct arena *arena)
{
    struct maker maker = { .world = world,
                           .arena = arena,
                           .state = (unsigned long long)options->seed,
                           .today = when_now(),
                           .vendor_count = options->small ? 2 : 5,
                           .item_count = options->small ? 16 : 40 };
    moment date;
    if (options->date && when_parse(options->date, &date))
        maker.today = date;
    add_company(&maker);
    add_codes(&maker);
    add_vendors(&maker);
    add_items(&maker);
    add_orders(&maker, options->small);
    for (int i = 0; i < (options->small ? 2 : 8); i++)
        add_sale(&maker, i);
}

static bool
make_folders(const char *dir, const char *partner, struct err *err)
{
    char out[4096], in[4096];
    (void)text_format(out, sizeof out, "%s/cleo/out/%s", dir, partner);
    (void)text_format(in, sizeof in, "%s/cleo/in/%s", dir, partner);
    return durable_mkdir(out, 0750, err) && durable_mkdir(in, 0750, err);
}

bool
data_folders(const struct options *options, struct err *err)
{
    for (size_t i = 0; i < sizeof vendors / sizeof *vendors; i++)
        if (!make_folders(options->dir, vendors[i].code, err))
            return false;
    return make_folders(options->dir, "BIGMART", err);
}
