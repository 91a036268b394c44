/* SPDX-License-Identifier: Apache-2.0 */
/* The envelope that a partner wants, and what is borne of its own. */
#include "base/text.h"
#include "translate/routes.h"

static enum x12_charset
charset_of(const struct partner *partner)
{
    if (text_equal(partner->charset, "basic"))
        return X12_CHARSET_BASIC;
    return text_equal(partner->charset, "utf-8") ? X12_CHARSET_UTF8
                                                 : X12_CHARSET_EXTENDED;
}

static enum x12_clash
clash_of(const struct partner *partner)
{
    if (text_equal(partner->in_data, "choose"))
        return X12_CLASH_CHOOSE;
    return text_equal(partner->in_data, "refuse") ? X12_CLASH_REFUSE
                                                  : X12_CLASH_BLANK;
}

struct x12_envelope
route_envelope(const struct partner *partner, bool test)
{
    return (struct x12_envelope){
        .sender_qualifier = partner->our_isa_qualifier,
        .sender = partner->our_isa_id,
        .receiver_qualifier = partner->isa_qualifier,
        .receiver = partner->isa_id,
        .usage = test ? 'T' : 'P',
        .delimiters = { .element = partner->element,
                        .component = partner->component,
                        .repetition = partner->repetition,
                        .terminator = partner->terminator,
                        .release = partner->release },
        .newline = "\n",
        .charset = charset_of(partner),
        .transliterate = partner->transliterate,
        .clash = clash_of(partner),
    };
}

void
route_tolerances(const struct partner *partner, struct x12_options *options)
{
    for (int i = 0; partner != NULL && i < X12_TOLERANCES; i++) {
        enum x12_tolerance flag = (enum x12_tolerance)i;
        switch (partner_tolerance(partner, x12_tolerance_name(flag))) {
        case TOLERANCE_DEFAULT:
            break;
        case TOLERANCE_REJECT:
            options->tolerance[i] = X12_REJECT;
            break;
        case TOLERANCE_WARN:
            options->tolerance[i] = X12_WARN;
            break;
        case TOLERANCE_IGNORE:
            options->tolerance[i] = X12_IGNORE;
            break;
        }
    }
}
