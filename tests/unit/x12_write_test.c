/* SPDX-License-Identifier: Apache-2.0 */
#include "x12/ack.h"
#include "x12/view.h"
#include "x12/write.h"
#include "x12_fixture.h"

static struct buf out;

static struct x12_set *
make_order(void)
{
    struct x12_set *set = x12_set_new(arena, "850", "004010");
    struct x12_node *line;

    set->control = "0001";
    x12_add(arena, set, NULL, "BEG", "00", "SA", "PO-1", "", "20251112", NULL);
    line = x12_add(arena, set, NULL, "PO1", "1", "40", "CA", "155.7", "", "",
                   NULL);
    x12_add(arena, set, line, "PID", "F", "", "", "", "COD FILLET", NULL);
    x12_add(arena, set, NULL, "CTT", "1", NULL);
    return set;
}

static struct x12_envelope
make_envelope(const struct x12_out_group *groups, size_t count)
{
    return (struct x12_envelope){ .sender_qualifier = "ZZ",
                                  .sender = "CRONUS01",
                                  .receiver_qualifier = "01",
                                  .receiver = "123456789",
                                  .date = "20251120",
                                  .time = "0858",
                                  .control = 918,
                                  .usage = 'P',
                                  .newline = "\n",
                                  .charset = X12_CHARSET_EXTENDED,
                                  .groups = groups,
                                  .group_count = count };
}

static bool
write_set(const struct x12_set *set, const char *functional_id)
{
    const struct x12_set *sets[] = { set };
    struct x12_out_group group = { .functional_id = functional_id,
                                   .version = "004010",
                                   .control = 77,
                                   .sets = sets,
                                   .count = 1 };
    struct x12_envelope envelope = make_envelope(&group, 1);

    err_clear(&err);
    buf_clear(&out);
    return x12_write(&envelope, &out, &err);
}

static void
writes_an_interchange(void)
{
    fixture_begin();
    CHECK_OK(write_set(make_order(), "PO"), &err);
    CHECK_TEXT(buf_text(&out),
               "ISA*00*          *00*          *ZZ*CRONUS01       "
               "*01*123456789      *251120*0858*U*00401*000000918*0*P*>~\n"
               "GS*PO*CRONUS01*123456789*20251120*0858*77*X*004010~\n"
               "ST*850*0001~\n"
               "BEG*00*SA*PO-1**20251112~\n"
               "PO1*1*40*CA*155.7~\n"
               "PID*F****COD FILLET~\n"
               "CTT*1~\n"
               "SE*6*0001~\n"
               "GE*1*77~\n"
               "IEA*1*000000918~\n");
}

static void
reads_what_it_wrote(void)
{
    struct x12_options options;

    fixture_begin();
    guide = load_guide("850");
    options = fixture_options();
    CHECK_OK(write_set(make_order(), "PO"), &err);
    CHECK_TEXT(codes_of(read_text(buf_text(&out), &options)), "");
    x12_guide_free(&guide);
}

static void
puts_elements_and_components(void)
{
    struct x12_set *set;
    struct x12_node *ref;

    fixture_begin();
    set = make_order();
    ref = x12_add(arena, set, NULL, "REF", "DP", NULL);
    x12_put(arena, set, ref, 4, 2, "22");
    x12_put(arena, set, ref, 4, 1, "VN");
    x12_put(arena, set, ref, 2, 0, "A");
    CHECK_OK(write_set(set, "PO"), &err);
    CHECK(strstr(buf_text(&out), "REF*DP*A**VN>22~") != NULL);
}

static void
names_the_place_of_a_delimiter(void)
{
    struct x12_set *set;

    fixture_begin();
    set = make_order();
    x12_add(arena, set, NULL, "REF", "DP", "A*B", NULL);
    CHECK(!write_set(set, "PO"));
    CHECK(err.code == TP2301 && out.size == 0);
    CHECK_TEXT(err.at, "850 0001: segment 6 (REF), REF02");
}

static void
keeps_to_the_character_set(void)
{
    const struct x12_set *sets[1];
    struct x12_set *set;
    struct x12_out_group group = { .functional_id = "PO",
                                   .version = "004010",
                                   .control = 1,
                                   .sets = sets,
                                   .count = 1 };
    struct x12_envelope envelope = make_envelope(&group, 1);

    fixture_begin();
    sets[0] = set = make_order();
    x12_add(arena, set, NULL, "N1", "ST",
            "M\xC3\xBCller\xE2\x80\x99s Stra\xC3\x9F"
            "e * 5 \xE2\x82\xAC",
            NULL);
    buf_clear(&out);
    CHECK(!x12_write(&envelope, &out, &err) && err.code == TP2302);
    envelope.transliterate = true;
    envelope.clash = X12_CLASH_BLANK;
    err_clear(&err);
    CHECK_OK(x12_write(&envelope, &out, &err), &err);
    CHECK(strstr(buf_text(&out), "N1*ST*Muller's Strasse   5 EUR~") != NULL);
    envelope.charset = X12_CHARSET_BASIC;
    buf_clear(&out);
    CHECK_OK(x12_write(&envelope, &out, &err), &err);
    CHECK(strstr(buf_text(&out), "N1*ST*MULLER'S STRASSE   5 EUR~") != NULL);
    envelope.charset = X12_CHARSET_UTF8;
    envelope.clash = X12_CLASH_REFUSE;
    char *before = arena_strdup(arena, buf_text(&out));
    CHECK(!x12_write(&envelope, &out, &err) && err.code == TP2301);
    CHECK_TEXT(buf_text(&out), before); /* nothing was added */
    CHECK(out.size == strlen(before));
}

static void
refuses_envelopes_that_do_not_fit(void)
{
    struct x12_envelope envelope;

    fixture_begin();
    for (int i = 0; i < 6; i++) {
        envelope = make_envelope(NULL, 0);
        switch (i) {
        case 0:
            envelope.control = 0;
            break;
        case 1:
            envelope.sender = "SIXTEEN-CHARS-ID";
            break;
        case 2:
            envelope.usage = 'X';
            break;
        case 3:
            envelope.date = "251120";
            break;
        case 4:
            envelope.delimiters.element = '~';
            break;
        default:
            envelope.delimiters.component = 'A';
            break;
        }
        err_clear(&err);
        CHECK(!x12_write(&envelope, &out, &err) && err.code == TP2303);
    }
}

static const char bad_order[] =
    ISA "GS*PO*BLUEFISH01*123456789*20251120*0858*918*X*004010~"
        "ST*850*0001~BEG*00*SA*PO-1**20251112~PO1*1*1*EA*1~SE*4*0001~"
        "ST*850*0002~BEG*XX*SA*PO-2**20250230~ZZ9*1~REF*DP*1**2~"
        "PO1*1*1*EA*1~SE*7*0002~GE*2*918~IEA*1*000000918~";

static void
acknowledges(void)
{
    struct x12_options options;
    struct x12_set *ack;

    fixture_begin();
    guide = load_guide("850");
    options = fixture_options();
    const struct x12_file *file = read_text(bad_order, &options);
    ack = x12_ack_997(file->interchanges->groups, false, arena);
    ack->control = "0001";
    CHECK_OK(write_set(ack, "FA"), &err);
    CHECK(strstr(buf_text(&out),
                 "ST*997*0001~\nAK1*PO*918~\nAK2*850*0001~\nAK5*A~\n"
                 "AK2*850*0002~\n"
                 "AK3*BEG*2**8~\nAK4*1*353*7*XX~\nAK4*5*373*8*20250230~\n"
                 "AK3*ZZ9*3**1~\n"
                 "AK3*REF*4**8~\nAK4*4>1*128*4*2~\nAK4*4>2*127*1~\n"
                 "AK5*R*5*4~\nAK9*P*2*2*1~\nSE*15*0001~\n") != NULL);
    ack = x12_ack_997(file->interchanges->groups, true, arena);
    CHECK(strstr(ack->first->next->segment.id, "AK2") != NULL);
    CHECK(x12_is(x12_get(&ack->first->next->segment, 2), "0002"));
    x12_guide_free(&guide);
}

static void
reads_acknowledgments(void)
{
    struct x12_acked_group group;
    struct x12_options options;

    fixture_begin();
    guide = load_guide("997");
    options = fixture_options();
    const struct x12_file *file =
        read_text(wrap("FA", "997",
                       "AK1*PO*12~AK2*850*0001~AK5*A~AK2*850*0002~AK3*N1*7**8~"
                       "AK4*3*66*7*XX~AK5*R*5~AK9*P*2*2*1~"),
                  &options);
    CHECK_TEXT(codes_of(file), "");
    const struct x12_group *read = file->interchanges->groups;
    CHECK(x12_ack_997(read, false, arena) == NULL); /* never of an FA */
    CHECK_OK(x12_ack_read(read->results->set, arena, &group, &err), &err);
    CHECK_TEXT(group.control, "12");
    CHECK(group.verdict == 'P' && group.accepted == 1);
    CHECK(x12_acked_verdict(&group, "850", "0001") == 'A');
    CHECK(x12_acked_verdict(&group, "850", "0002") == 'R');
    CHECK_TEXT(group.sets->next->errors,
               "segment 7 (N1), N103: AK403=7, the code is unknown; "
               "AK502=5, segments are in error");
    x12_guide_free(&guide);
}

static void
acknowledges_interchanges(void)
{
    struct x12_options options = fixture_options();
    struct x12_acked_interchange acked;
    const struct x12_segment *ta1s[1];
    struct x12_envelope envelope;

    fixture_begin();
    options.guide_for = NULL;
    const struct x12_file *file = read_text(ISA "IEA*7*000000918~", &options);
    ta1s[0] = x12_ack_ta1(file->interchanges, arena);
    envelope = make_envelope(NULL, 0);
    envelope.ta1s = ta1s;
    envelope.ta1_count = 1;
    buf_clear(&out);
    CHECK_OK(x12_write(&envelope, &out, &err), &err);
    CHECK(strstr(buf_text(&out), "TA1*000000918*251120*0858*R*021~\nIEA*0") !=
          NULL);
    file = read_text(buf_text(&out), &options);
    CHECK(file->interchanges->ta1_count == 1);
    CHECK_OK(x12_ack_read_ta1(file->interchanges->ta1s, arena, &acked, &err),
             &err);
    CHECK(acked.verdict == 'R');
    CHECK_TEXT(acked.note, "021");
}

static void
shows_what_it_read(void)
{
    struct x12_options options;

    fixture_begin();
    guide = load_guide("850");
    options = fixture_options();
    const struct x12_file *file = read_text(bad_order, &options);
    buf_clear(&out);
    x12_view(file, &out);
    CHECK(strstr(buf_text(&out), "BEG  Order heading") != NULL);
    CHECK(strstr(buf_text(&out), "SA  = Stand-alone") != NULL);
    CHECK(strstr(buf_text(&out),
                 "!! 850 0002, segment 2 (BEG), BEG01: found 'XX', expected "
                 "one of 13 codes [AK403=7]") != NULL);
    buf_clear(&out);
    CHECK(x12_view_findings(file, &out) == 6);
    buf_clear(&out);
    x12_view_findings_json(file, &out);
    CHECK(strstr(buf_text(&out),
                 "{\"level\":\"element\",\"severity\":\"reject\",\"code\":"
                 "\"AK403=7\",\"tolerance\":\"code_not_in_list\","
                 "\"interchange\":\"000000918\",\"group\":\"918\","
                 "\"set_id\":\"850\",\"set\":\"0002\",\"segment\":\"BEG\","
                 "\"position\":2,\"element\":1,\"element_number\":353,") !=
          NULL);
    x12_guide_free(&guide);
}

int
main(void)
{
    RUN(writes_an_interchange);
    RUN(reads_what_it_wrote);
    RUN(puts_elements_and_components);
    RUN(names_the_place_of_a_delimiter);
    RUN(keeps_to_the_character_set);
    RUN(refuses_envelopes_that_do_not_fit);
    RUN(acknowledges);
    RUN(reads_acknowledgments);
    RUN(acknowledges_interchanges);
    RUN(shows_what_it_read);
    buf_free(&out);
    arena_free(&arena);
    return test_end();
}
