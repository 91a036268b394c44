/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metadata - what an OData service says of itself in $metadata: its entity
 * sets, their fields and types, its actions.
 *
 *   if (!metadata_parse(&service, xml, size, &err)) ...
 *   const struct entity *orders = metadata_set(service, "purchaseOrders");
 *   if (entity_field(service, orders, "purchaseOrderLines.quantity") == NULL)
 *       ... entity_nearest(...) for "did you mean"
 *   metadata_free(&service);
 *
 * A document type declaration is refused (TP6013), nothing is fetched, and
 * texts live as long as the metadata. Source: OData CSDL XML 4.0, which NAV,
 * Business Central and Dataverse all answer.
 */
#ifndef TP_SYSTEM_METADATA_H
#define TP_SYSTEM_METADATA_H

#include <stddef.h>

#include "base/err.h"

struct metadata;
struct entity;

bool metadata_parse(struct metadata **, const char *xml, size_t size,
                    struct err *) MUST_USE;
void metadata_free(struct metadata **);

/* NULL when the service has no such entity set. */
const struct entity *metadata_set(const struct metadata *, const char *name);
/* The nearest set's name, or NULL. */
const char *metadata_nearest_set(const struct metadata *, const char *name);
/* An unbound action, e.g. of a codeunit: by the name it is called by. */
bool metadata_action(const struct metadata *, const char *name);
/* The type of a field ("Edm.Decimal"), dotted through what it contains;
 * NULL when it is not there. */
const char *entity_field(const struct metadata *, const struct entity *,
                         const char *path);
/* The nearest field's name at the point where the path fails, or NULL; takes
 * NAV captions too ("Buy-from Vendor No."). */
const char *entity_nearest(const struct metadata *, const struct entity *,
                           const char *path);

/* NAV's name for a caption in OData: "No." is No, "Line Discount %" is
 * Line_Discount_Percent. False when it does not fit. */
bool metadata_name_of(const char *caption, char *out, size_t out_size);

#endif
