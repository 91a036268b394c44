/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/sandbox.h"

void
cleo_handle(struct sandbox *box, struct call *call)
{
    (void)box;
    call_answer(call, 404, "text/plain", "");
}
