/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds there are. */
#ifndef TP_SYSTEM_SYSTEM_PRIVATE_H
#define TP_SYSTEM_SYSTEM_PRIVATE_H

#include "system/system.h"

extern const struct system_ops nav_ops, odoo_ops;

#endif
