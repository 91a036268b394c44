/* SPDX-License-Identifier: Apache-2.0 */
/* Dynamics NAV and Business Central: settings, opening, what it can do. */
#include <string.h>

#include "base/text.h"
#include "store/digest.h"
#include "system/nav/nav_private.h"
#include "system/system_private.h"

/* Business Central online cuts a request off after ten minutes ("Current API
 * limits"): what has not happened a minute later does not happen any more. */
enum { SETTLE_SECONDS = 660, DEFAULT_TIMEOUT_SECONDS = 120 };

enum { DEFAULT_PARALLEL = 4, MAX_PARALLEL = 32 };

static const struct nav_words profiles[] = {
    { .bindings = "nav",
      .orders = "purchaseOrders",
      .order_lines = "purchaseOrderLines",
      .order_key = "",
      .number = "number",
      .vendor = "vendorNumber",
      .date = "orderDate",
      .status = "status",
      .released = "Open",
      .currency = "currencyCode",
      .modified = "lastModifiedDateTime",
      .line = "sequence",
      .type = "lineType",
      .item = "lineObjectNumber",
      .text = "description",
      .unit = "unitOfMeasureCode",
      .quantity = "quantity",
      .received = "receivedQuantity",
      .invoiced = "invoicedQuantity",
      .price = "directUnitCost",
      .vendors = "vendors",
      .customers = "customers",
      .items = "items",
      .locations = "locations",
      .units = "unitsOfMeasure",
      .master_key = "number",
      .code_key = "code" },
    { .bindings = "nav-odata",
      .orders = "PurchaseOrder",
      .order_lines = "PurchaseOrderPurchLines",
      .order_key = "Document_Type eq 'Order' and ",
      .number = "No",
      .vendor = "Buy_from_Vendor_No",
      .date = "Order_Date",
      .status = "Status",
      .released = "Released",
      .currency = "Currency_Code",
      .line = "Line_No",
      .type = "Type",
      .item = "No",
      .text = "Description",
      .unit = "Unit_of_Measure_Code",
      .quantity = "Quantity",
      .received = "Quantity_Received",
      .invoiced = "Quantity_Invoiced",
      .price = "Direct_Unit_Cost",
      .reference = "Item_Reference_No",
      .vendors = "VendorList",
      .customers = "CustomerList",
      .items = "ItemList",
      .locations = "LocationList",
      .units = "UnitsofMeasure",
      .master_key = "No",
      .code_key = "Code" },
};

static const char *const profile_names[] = { "bc-api-v2", "nav-odata", NULL };
static const char *const receipt_names[] = { "codeunit", "item-journal",
                                             "receive-and-invoice", NULL };
static const char *const bill_names[] = { "order", "invoice", NULL };
static const char *const post_names[] = { "draft", "post", NULL };
static const char *const auth_kinds[] = { "basic", "oauth2", NULL };

static const struct setting auth_settings[] = {
    { "kind", SETTING_TEXT, "oauth2", "how Tradepost signs in", true,
      auth_kinds, NULL },
    { "user", SETTING_TEXT, NULL, "basic: the NAV user", false, NULL, NULL },
    { "secret", SETTING_SECRET, NULL,
      "the user's web service access key, or the client's secret", true, NULL,
      NULL },
    { "tenant", SETTING_TEXT, NULL, "oauth2: the Entra tenant, id or domain",
      false, NULL, NULL },
    { "client", SETTING_TEXT, NULL, "oauth2: the application's id", false, NULL,
      NULL },
    { "url", SETTING_TEXT, NULL,
      "oauth2: the token address, when it is not Entra's of the tenant", false,
      NULL, NULL },
    { "scope", SETTING_TEXT,
      "https://api.businesscentral.dynamics.com/.default",
      "oauth2: the scope asked for", false, NULL, NULL },
    { 0 }
};

static const struct setting journal_settings[] = {
    { "template", SETTING_TEXT, "ITEM", "item journal template", false, NULL,
      NULL },
    { "batch", SETTING_TEXT, "EDI", "item journal batch", false, NULL, NULL },
    { "location", SETTING_TEXT, NULL, "location of the entries", false, NULL,
      NULL },
    { 0 }
};

static const struct setting settings[] = {
    { "kind", SETTING_TEXT, NULL, "nav", true, NULL, NULL },
    { "profile", SETTING_TEXT, "bc-api-v2",
      "bc-api-v2: Business Central's API v2.0; nav-odata: pages published as "
      "OData V4",
      false, profile_names, NULL },
    { "url", SETTING_TEXT, NULL,
      "address up to the instance, \"https://nav:7048/BC\"; of Business "
      "Central online with tenant and environment",
      true, NULL, NULL },
    { "company", SETTING_TEXT, NULL, "the company's name, capitals and all",
      true, NULL, NULL },
    { "ca_file", SETTING_TEXT, NULL,
      "certificates to trust instead of the system's", false, NULL, NULL },
    { "auth", SETTING_GROUP, NULL, "sign-in", true, NULL, auth_settings },
    { "receipts", SETTING_TEXT, "codeunit", "how a shipment becomes a receipt",
      false, receipt_names, NULL },
    { "post", SETTING_TEXT, "draft",
      "draft: bills are left for a person; post: they are posted when their "
      "totals agree",
      false, post_names, NULL },
    { "bills", SETTING_TEXT, "invoice",
      "order: what was received on the order is invoiced there, with post = "
      "post and receipts = codeunit; invoice: an invoice of its own",
      false, bill_names, NULL },
    { "codeunit", SETTING_TEXT, "TradepostPosting",
      "service name of the codeunit in doc/nav", false, NULL, NULL },
    { "item_journal", SETTING_GROUP, NULL, "for receipts = item-journal", false,
      NULL, journal_settings },
    { "payments", SETTING_TEXT, NULL,
      "code of the customer payment journal that remittances go to", false,
      NULL, NULL },
    { "payments_template", SETTING_TEXT, "CASHRCPT",
      "nav-odata: general journal template of 'payments'", false, NULL, NULL },
    { "charges", SETTING_FREE, NULL,
      "G/L account by charge code; default = for all others", false, NULL,
      NULL },
    { "status_field", SETTING_TEXT, NULL,
      "field of the purchase order page that takes the EDI state, when there "
      "is no codeunit",
      false, NULL, NULL },
    { "page_size", SETTING_NUMBER, "1000", "rows of one page", false, NULL,
      NULL },
    { "overlap", SETTING_DURATION, "10m",
      "how far a pull looks back, for changes that were committed late", false,
      NULL, NULL },
    { "timeout", SETTING_DURATION, "120s", "longest wait for one answer", false,
      NULL, NULL },
    { "parallel", SETTING_NUMBER, "4",
      "postings under way at the same time, 1 to 32; never two of the same "
      "order, or of the same vendor's number. Business Central online works on "
      "five requests of a user at a time, lets 95 more wait, and takes 6000 in "
      "five minutes",
      false, NULL, NULL },
    { "settle", SETTING_DURATION, "11m",
      "how long after a request without answer its effect may still appear; "
      "longer than the server lets a request run",
      false, NULL, NULL },
    { 0 }
};

/* The token address of Entra for a tenant, unless one is given. */
static const char *
token_url(struct arena *arena, const struct conf_group *group)
{
    const char *url = conf_text(group, "auth.url", NULL);
    const char *tenant = conf_text(group, "auth.tenant", NULL);

    if (url != NULL || tenant == NULL)
        return url;
    return arena_printf(
        arena, "https://login.microsoftonline.com/%s/oauth2/v2.0/token",
        text_url_encode(arena, tenant));
}

static bool
read_sign_in(const struct system *system, struct arena *arena,
             const char *secret, struct odata_settings *out, struct err *err)
{
    const struct conf_group *group = system->context.group;
    const char *kind = conf_text(group, "auth.kind", "oauth2");

    if (strcmp(kind, "basic") == 0) {
        out->user = conf_text(group, "auth.user", NULL);
        out->password = secret;
        if (out->user == NULL)
            return err_set(err, TP6001, "auth.user is needed for kind basic");
        return true;
    }
    out->token_url = token_url(arena, group);
    out->client = conf_text(group, "auth.client", NULL);
    out->client_secret = secret;
    out->scope = conf_text(group, "auth.scope",
                           "https://api.businesscentral.dynamics.com/.default");
    if (out->token_url == NULL || out->client == NULL)
        return err_set(err, TP6001,
                       "auth.client and auth.tenant (or auth.url) are needed "
                       "for kind oauth2");
    return true;
}

static bool
open_service(struct system *system, struct nav *nav, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(buf_free) struct buf secret = { 0 };
    const struct conf_group *group = system->context.group;
    struct odata_settings service = {
        .profile = conf_text(group, "profile", "bc-api-v2"),
        .url = conf_text(group, "url", NULL),
        .company = conf_text(group, "company", NULL),
        .ca_file = conf_text(group, "ca_file", NULL),
        .page_size = conf_number(group, "page_size", 1000),
        .traffic = system->context.traffic,
        .total_ms =
            conf_seconds(group, "timeout", DEFAULT_TIMEOUT_SECONDS) * 1000
    };
    const char *name = conf_text(group, "auth.secret", NULL);

    if (name == NULL)
        return err_set(err, TP6001, "auth.secret is needed");
    if (!conf_secret(system->context.conf, name, &secret, err) ||
        !read_sign_in(system, arena, buf_text(&secret), &service, err))
        return false;
    bool good = odata_open(&nav->odata, &service, err);
    if (secret.text != NULL)
        explicit_bzero(secret.text, secret.size);
    return good;
}

static bool
open_nav(struct system *system, struct err *err)
{
    struct arena *arena = arena_new();
    struct nav *nav = arena_alloc(arena, sizeof *nav);
    const struct conf_group *group = system->context.group;
    const char *profile = conf_text(group, "profile", "bc-api-v2");
    const char *receipts = conf_text(group, "receipts", "codeunit");
    long parallel = conf_number(group, "parallel", DEFAULT_PARALLEL);

    system->state = nav;
    nav->arena = arena;
    nav->words = &profiles[strcmp(profile, "nav-odata") == 0];
    nav->facts = arena_alloc(arena, NAV_CACHE * sizeof *nav->facts);
    for (int i = 0; receipt_names[i] != NULL; i++)
        if (strcmp(receipts, receipt_names[i]) == 0)
            nav->receipts = (enum nav_receipts)i;
    nav->post = strcmp(conf_text(group, "post", "draft"), "post") == 0;
    nav->bill_orders =
        nav->post && nav->receipts == NAV_CODEUNIT &&
        strcmp(conf_text(group, "bills", "invoice"), "order") == 0;
    nav->codeunit = conf_text(group, "codeunit", "TradepostPosting");
    nav->template = conf_text(group, "item_journal.template", "ITEM");
    nav->batch = conf_text(group, "item_journal.batch", "EDI");
    nav->location = conf_text(group, "item_journal.location", NULL);
    nav->payments = conf_text(group, "payments", NULL);
    nav->payments_template = conf_text(group, "payments_template", "CASHRCPT");
    nav->status_field = conf_text(group, "status_field", NULL);
    system->at_once = (size_t)parallel;
    nav->overlap_seconds = conf_seconds(group, "overlap", 600);
    if (parallel < 1 || parallel > MAX_PARALLEL)
        return err_set(err, TP6001, "parallel is %ld; 1 to %d are possible",
                       parallel, MAX_PARALLEL);
    return open_service(system, nav, err);
}

static void
close_nav(struct system *system)
{
    struct nav *nav = nav_of(system);

    if (nav == NULL)
        return;
    system->state = NULL;
    struct arena *arena = nav->arena;
    odata_close(&nav->odata);
    json_decref(nav->seen);
    arena_free(&arena);
}

static bool
unknown_effect(const char *what, struct err *err)
{
    return err_set(err, TP6001, "nav takes receipt, bill and payment, not '%s'",
                   what);
}

static enum pushed
push(struct system *system, const char *what, const struct record *record,
     const char *key, struct push_result *result, struct err *err)
{
    *result = (struct push_result){ 0 };
    if (strcmp(what, "receipt") == 0)
        return nav_push_receipt(system, record, key, result, err);
    if (strcmp(what, "bill") == 0)
        return nav_push_bill(system, record, key, result, err);
    if (strcmp(what, "payment") == 0)
        return nav_push_payment(system, record, key, result, err);
    unknown_effect(what, err);
    return PUSH_FAILED;
}

static bool
find(struct system *system, const char *what, const struct record *record,
     const char *key, bool *found, struct push_result *result, struct err *err)
{
    *found = false;
    *result = (struct push_result){ .existed = true };
    if (strcmp(what, "receipt") == 0)
        return nav_find_receipt(system, record, key, found, result, err);
    if (strcmp(what, "bill") == 0)
        return nav_find_bill(system, record, key, found, result, err);
    if (strcmp(what, "payment") == 0)
        return nav_find_payment(system, record, key, found, result, err);
    return unknown_effect(what, err);
}

static const struct master_ops nav_masters = {
    .folder = nav_folder,
    .codes = nav_codes,
    .new_id = nav_new_id,
    .changes = nav_changes,
    .row = nav_row,
    .put = nav_put,
};

const struct system_ops nav_ops = {
    .name = "nav",
    .about = "Dynamics NAV and Business Central, over OData V4",
    .settings = settings,
    .open = open_nav,
    .close = close_nav,
    .pull = nav_pull,
    .push = push,
    .find = find,
    .look_up = nav_look_up,
    .tell = nav_tell,
    .probe = nav_probe,
    .check = nav_check,
    .match_order = nav_match_order,
    .look_ahead = nav_look_ahead,
    .alone = nav_alone,
    .masters = &nav_masters,
    .settle_seconds = SETTLE_SECONDS,
};
