/* SPDX-License-Identifier: Apache-2.0 */
#include "conf/settings.h"

static const char *const order_words[] = { "strict", "keyed", "none", NULL };
static const char *const match_words[] = { "three-way", "two-way", "none",
                                           NULL };
static const char *const usage_words[] = { "M", "O", "N", NULL };
static const char *const clash_words[] = { "blank", "refuse", "choose", NULL };
static const char *const ack_words[] = { "997", "999", "none", NULL };
static const char *const ak2_words[] = { "all", "errors", NULL };
static const char *const charset_words[] = { "basic", "extended", "utf-8",
                                             NULL };

static const struct setting control_settings[] = {
    { .name = "isa",
      .type = SETTING_NUMBER,
      .about = "the last ISA13 that the predecessor sent",
      .fallback = "0" },
    { .name = "gs",
      .type = SETTING_NUMBER,
      .about = "the last GS06 that the predecessor sent",
      .fallback = "0" },
    { 0 }
};

static const struct setting send_settings[] = {
    { .name = "set", .about = "the set, such as 850", .required = true },
    { .name = "version", .about = "its version in GS08", .fallback = "004010" },
    { .name = "map", .about = "the map's name; the set's when not said" },
    { .name = "ack",
      .about = "how long the partner has for the 997, such as 24h; none: no "
               "997 is expected",
      .fallback = "none" },
    { .name = "order",
      .about = "strict: one after the other, a held one stops the rest; keyed: "
               "in order for the same business number; none. Else as the flow "
               "says",
      .choices = order_words },
    { .name = "self_billing",
      .type = SETTING_FLAG,
      .about = "810 only: made from purchase invoices, on the vendor's behalf",
      .fallback = "false" },
    { 0 }
};

static const struct setting receive_settings[] = {
    { .name = "set", .about = "the set, such as 810", .required = true },
    { .name = "version",
      .about = "its version in GS08; a set in another version is refused "
               "(AK502=1), unless tolerate says otherwise of no_guide",
      .fallback = "004010" },
    { .name = "map", .about = "the map's name; the set's when not said" },
    { .name = "match",
      .about = "810 only: what an invoice is compared with before it is "
               "posted; three-way (order, receipt, invoice) when not said",
      .choices = match_words },
    { .name = "price_tolerance",
      .about = "how far an invoiced price may lie above the ordered one, such "
               "as 2 %; nothing when not said" },
    { .name = "due",
      .about = "when it must be here: a duration after the order, or \"before "
               "arrival\"" },
    { 0 }
};

static const struct setting rule_settings[] = {
    { .name = "at",
      .about = "the place: 850/BEG02, 850/N1[01=ST], 850/PO1/PO104" },
    { .name = "after",
      .about = "instead of at: the place behind which the partner's own "
               "segment stands, such as 850/PO1/PID" },
    { .name = "segment",
      .about = "with after: the own segment's name, such as ZA1" },
    { .name = "elements",
      .type = SETTING_TEXTS,
      .about = "with after: its elements, each a type, a shortest and a "
               "longest length, and M where it must be there, such as "
               "\"AN 1 30\"" },
    { .name = "usage",
      .about = "must be there (M), may be there (O), must not be there (N)",
      .choices = usage_words },
    { .name = "codes",
      .type = SETTING_TEXTS,
      .about = "the only codes allowed" },
    { .name = "codes_add",
      .type = SETTING_TEXTS,
      .about = "codes allowed besides the standard's" },
    { .name = "max",
      .type = SETTING_NUMBER,
      .about = "how often the segment or loop may come; -1 for any number" },
    { .name = "min_length",
      .type = SETTING_NUMBER,
      .about = "the shortest value, in characters" },
    { .name = "max_length",
      .type = SETTING_NUMBER,
      .about = "the longest value, in characters" },
    { .name = "pattern",
      .about = "a regular expression that the whole value matches, such as "
               "[0-9]{14}" },
    { 0 }
};

static const struct setting ack_settings[] = {
    { .name = "type",
      .about = "what the partner's sets are answered with; groups of "
               "versions before 005010, which have no 999, get a 997",
      .choices = ack_words,
      .fallback = "997" },
    { .name = "ta1",
      .type = SETTING_FLAG,
      .about = "answer every interchange with a TA1, not only where ISA14 "
               "asks for it",
      .fallback = "false" },
    { .name = "ak2",
      .about = "name all sets in the 997 or 999, or only those with errors",
      .choices = ak2_words,
      .fallback = "all" },
    { 0 }
};

static const struct setting delimiter_settings[] = {
    { .name = "element", .about = "between elements", .fallback = "*" },
    { .name = "component", .about = "between components", .fallback = ">" },
    { .name = "terminator", .about = "after a segment", .fallback = "~" },
    { .name = "repetition",
      .about = "between repetitions, from version 004020 on; empty for none",
      .fallback = "" },
    { .name = "release",
      .about = "before a delimiter that is data, from version 007040 on; empty "
               "for none",
      .fallback = "" },
    { .name = "in_data",
      .about = "a value that holds a delimiter: blank puts a blank there, "
               "refuse holds the document, choose writes the interchange with "
               "a delimiter that no value holds",
      .choices = clash_words,
      .fallback = "blank" },
    { 0 }
};

const struct setting settings_partner[] = {
    { .name = "name",
      .about = "the partner's name, as people know it",
      .required = true },
    { .name = "isa",
      .about = "its interchange id: qualifier, colon, id, such as "
               "ZZ:BLUEFISH01",
      .required = true },
    { .name = "gs",
      .about = "its application id in GS02 and GS03",
      .required = true },
    { .name = "our_isa",
      .about = "our interchange id towards this partner; the company's when "
               "not said" },
    { .name = "our_gs",
      .about = "our application id towards this partner; the company's when "
               "not said" },
    { .name = "vendor", .about = "its vendor number in NAV" },
    { .name = "customer", .about = "its customer number in NAV" },
    { .name = "timezone",
      .about = "the zone of dates and times in its files; the company's when "
               "not said" },
    { .name = "test",
      .type = SETTING_FLAG,
      .about = "send ISA15 = T even from prod",
      .fallback = "false" },
    { .name = "suspended",
      .type = SETTING_FLAG,
      .about = "nothing is sent or fetched; what is due waits",
      .fallback = "false" },
    { .name = "file_by",
      .type = SETTING_CLOCK,
      .about = "each day a file must have come by this time of its zone, such "
               "as 18:00; else it is an incident" },
    { .name = "channel",
      .type = SETTING_FREE,
      .about = "how bytes reach it: { kind = ...; }; what else a kind takes is "
               "in tradepost-channels(5)",
      .required = true },
    { .name = "control",
      .type = SETTING_GROUP,
      .about = "where control numbers go on from",
      .members = control_settings },
    { .name = "send",
      .type = SETTING_GROUPS,
      .about = "the sets that we send",
      .members = send_settings },
    { .name = "receive",
      .type = SETTING_GROUPS,
      .about = "the sets that it sends",
      .members = receive_settings },
    { .name = "rules",
      .type = SETTING_GROUPS,
      .about = "where its guide differs from the standard",
      .members = rule_settings },
    { .name = "tolerate",
      .type = SETTING_FREE,
      .about = "what to do about a deviation in its files, by the "
               "deviation's name: reject, warn or ignore; `tradepost help "
               "deviations` lists the names" },
    { .name = "codes",
      .type = SETTING_FREE,
      .about = "its own code tables: table = file; looked for in partners/ and "
               "codes/" },
    { .name = "ack",
      .type = SETTING_GROUP,
      .about = "how we acknowledge",
      .members = ack_settings },
    { .name = "delimiters",
      .type = SETTING_GROUP,
      .about = "the characters that we write with",
      .members = delimiter_settings },
    { .name = "charset",
      .about = "the characters that it takes",
      .choices = charset_words,
      .fallback = "extended" },
    { .name = "transliterate",
      .type = SETTING_FLAG,
      .about = "write other characters as the nearest that it takes "
               "(\"\xC3\xA9\" as "
               "\"e\"); false holds the document",
      .fallback = "true" },
    { 0 }
};
