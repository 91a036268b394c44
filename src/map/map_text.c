/* SPDX-License-Identifier: Apache-2.0 */
/* `each comment by 264`: a text of many lines and the segments that carry
 * them, each with a piece of at most so many characters. */
#include <string.h>

#include "map/map_private.h"

static bool
begins_character(char c)
{
    return ((unsigned char)c & 0xC0) != 0x80;
}

/* How much of a line fits: cut at the last blank, else between characters. */
static size_t
piece_size(const char *text, size_t size, unsigned width)
{
    size_t blank = 0, at = 0;
    unsigned characters = 0;

    for (; at < size; at++) {
        if (begins_character(text[at]) && characters++ == width)
            return blank > 0 ? blank : at;
        if (text[at] == ' ')
            blank = at;
    }
    return size;
}

json_t *
map_pieces(const struct line *line, const char *text)
{
    json_t *pieces = json_array();

    while (text != NULL && *text != 0) {
        size_t size = strcspn(text, "\n");
        size_t cut = line->width ? piece_size(text, size, line->width) : size;
        json_t *piece = json_object(), *value = json_stringn(text, cut);

        if (cut > 0) {
            json_object_set_new(piece, line->list->text, value);
            json_array_append_new(pieces, piece);
        } else {
            json_decref(value);
            json_decref(piece);
        }
        text += cut;
        text += *text == '\n' || *text == ' ';
    }
    return pieces;
}

void
map_add_piece(const struct line *line, const struct frame *frame,
              const json_t *piece, struct arena *arena)
{
    const char *text = node_text(piece, line->list->text), *old;
    json_t *home = map_list_home(line, frame)->node;

    if (text == NULL)
        return;
    old = node_text(home, line->list->text);
    node_set(home, line->list->text,
             old ? arena_printf(arena, "%s\n%s", old, text) : text);
}
