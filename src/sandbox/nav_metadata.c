/* SPDX-License-Identifier: Apache-2.0 */
/* $metadata: a given file, or CSDL made from the schema. */
#include "base/durable.h"
#include "base/text.h"
#include "sandbox/nav.h"

static const char *
edm_type(struct call *call, const struct entity *entity,
         const struct field *field)
{
    static const char *const types[] = {
        [FIELD_TEXT] = "Edm.String",          [FIELD_GUID] = "Edm.Guid",
        [FIELD_DECIMAL] = "Edm.Decimal",      [FIELD_INT] = "Edm.Int32",
        [FIELD_BOOL] = "Edm.Boolean",         [FIELD_DATE] = "Edm.Date",
        [FIELD_STAMP] = "Edm.DateTimeOffset", [FIELD_ENUM] = "Edm.String",
    };
    if (field->type != FIELD_ENUM || entity->face == FACE_PAGE)
        return types[field->type];
    return arena_printf(call->arena, "Microsoft.NAV.%s_%s", entity->type,
                        field->name);
}

static void
add_property(struct call *call, const struct entity *entity,
             const struct field *field)
{
    buf_addf(&call->answer, "<Property Name=\"%s\" Type=\"%s\"", field->name,
             edm_type(call, entity, field));
    if (field->max > 0)
        buf_addf(&call->answer, " MaxLength=\"%zu\"", field->max);
    if (!field->read_only) {
        buf_adds(&call->answer, "/>\n");
        return;
    }
    buf_adds(&call->answer, "><Annotation Term=\"Org.OData.Core.V1.Computed\" "
                            "Bool=\"true\"/></Property>\n");
}

static void
add_entity(struct call *call, const struct entity *entity)
{
    char *keys = arena_strdup(call->arena, entity->keys);
    buf_addf(&call->answer, "<EntityType Name=\"%s\"><Key>", entity->type);
    for (const char *key; (key = text_word(&keys, ",")) != NULL;)
        buf_addf(&call->answer, "<PropertyRef Name=\"%s\"/>", key);
    buf_adds(&call->answer, "</Key>\n");
    for (size_t i = 0; i < entity->count; i++)
        add_property(call, entity, &entity->fields[i]);
    const struct entity *lines = schema_find(entity->face, entity->lines);
    if (lines)
        buf_addf(&call->answer,
                 "<NavigationProperty Name=\"%s\" "
                 "Type=\"Collection(%s.%s)\" ContainsTarget=\"true\"/>\n",
                 lines->set, entity->face == FACE_API ? "Microsoft.NAV" : "NAV",
                 lines->type);
    buf_adds(&call->answer, "</EntityType>\n");
}

static void
add_options(struct call *call, const struct entity *entity)
{
    for (size_t i = 0; i < entity->count; i++) {
        const struct field *field = &entity->fields[i];
        if (field->type != FIELD_ENUM || entity->face == FACE_PAGE)
            continue;
        buf_addf(&call->answer, "<EnumType Name=\"%s_%s\">", entity->type,
                 field->name);
        for (size_t n = 0; field->options[n]; n++)
            buf_addf(&call->answer, "<Member Name=\"%s\" Value=\"%zu\"/>",
                     enum_encode(call->arena, field->options[n]), n);
        buf_adds(&call->answer, "</EnumType>\n");
    }
}

static void
add_bound_action(struct call *call, const char *name, const char *type)
{
    buf_addf(&call->answer,
             "<Action Name=\"%s\" IsBound=\"true\"><Parameter "
             "Name=\"bindingParameter\" Type=\"Microsoft.NAV.%s\"/>"
             "</Action>\n",
             name, type);
}

static const struct {
    const char *name, *result, *parameters[8];
} procedures[] = {
    { "PostReceipt",
      "Edm.String",
      { "documentKey", "orderNumber", "shipmentNumber", "postingDate", "lines",
        NULL } },
    { "FindReceipt", "Edm.String", { "documentKey", NULL } },
    { "PostInvoice",
      "Edm.String",
      { "documentKey", "documentType", "number", NULL } },
    { "FindInvoice", "Edm.String", { "documentKey", NULL } },
    { "PostOrderInvoice",
      "Edm.String",
      { "documentKey", "orderNumber", "vendorInvoiceNumber", "postingDate",
        "documentDate", "lines", "total", NULL } },
    { "FindOrderInvoice", "Edm.String", { "documentKey", NULL } },
    { "SetStatus",
      NULL,
      { "documentType", "orderNumber", "state", "note", NULL } },
    { "PostItemJournal",
      "Edm.String",
      { "templateName", "batchName", "documentNumber", NULL } },
};

enum { PROCEDURES = sizeof procedures / sizeof *procedures };

static const char *
parameter_type(const char *name)
{
    if (text_equal(name, "documentKey"))
        return "Edm.Guid";
    return text_ends(name, "Date") ? "Edm.Date" : "Edm.String";
}

static void
add_codeunit(struct call *call)
{
    for (size_t i = 0; i < PROCEDURES; i++) {
        buf_addf(&call->answer, "<Action Name=\"TradepostPosting_%s\">",
                 procedures[i].name);
        for (size_t n = 0; procedures[i].parameters[n]; n++)
            buf_addf(&call->answer, "<Parameter Name=\"%s\" Type=\"%s\"/>",
                     procedures[i].parameters[n],
                     parameter_type(procedures[i].parameters[n]));
        if (procedures[i].result)
            buf_addf(&call->answer, "<ReturnType Type=\"%s\"/>",
                     procedures[i].result);
        buf_adds(&call->answer, "</Action>\n");
    }
}

static void
add_container(struct call *call, enum face face, const char *namespace)
{
    size_t count;
    const struct entity *all = schema_all(&count);
    buf_adds(&call->answer, "<EntityContainer Name=\"NAV\">\n");
    for (size_t i = 0; i < count; i++)
        if (all[i].face == face)
            buf_addf(&call->answer,
                     "<EntitySet Name=\"%s\" EntityType=\"%s.%s\"/>\n",
                     all[i].set, namespace, all[i].type);
    for (size_t i = 0; face == FACE_PAGE && i < PROCEDURES; i++)
        buf_addf(&call->answer,
                 "<ActionImport Name=\"TradepostPosting_%s\" "
                 "Action=\"NAV.TradepostPosting_%s\"/>\n",
                 procedures[i].name, procedures[i].name);
    buf_adds(&call->answer, "</EntityContainer>\n");
}

static void
make_metadata(struct call *call, enum face face)
{
    const char *namespace = face == FACE_API ? "Microsoft.NAV" : "NAV";
    size_t count;
    const struct entity *all = schema_all(&count);
    buf_addf(&call->answer,
             "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
             "<edmx:Edmx Version=\"4.0\" xmlns:edmx=\"http://docs.oasis-open."
             "org/odata/ns/edmx\"><edmx:DataServices>\n<Schema "
             "Namespace=\"%s\" xmlns=\"http://docs.oasis-open.org/odata/ns/"
             "edm\">\n",
             namespace);
    for (size_t i = 0; i < count; i++)
        if (all[i].face == face)
            add_entity(call, &all[i]);
    for (size_t i = 0; i < count; i++)
        if (all[i].face == face)
            add_options(call, &all[i]);
    if (face == FACE_API) {
        add_bound_action(call, "post", "purchaseInvoice");
        add_bound_action(call, "post", "purchaseCreditMemo");
        add_bound_action(call, "receiveAndInvoice", "purchaseOrder");
    } else {
        add_codeunit(call);
    }
    add_container(call, face, namespace);
    buf_adds(&call->answer, "</Schema>\n</edmx:DataServices></edmx:Edmx>\n");
}

void
nav_metadata(struct sandbox *box, struct call *call, enum face face)
{
    enum { METADATA_MAX = 16 << 20 };
    const char *file =
        face == FACE_API ? box->options.metadata : box->options.metadata_pages;
    struct err err = { 0 };
    call_answer(call, 200, "application/xml", "");
    if (!file)
        make_metadata(call, face);
    else if (!file_read(file, METADATA_MAX, &call->answer, &err))
        nav_fail(call, 500, "Internal_ServerError", "%s", err.text);
}
