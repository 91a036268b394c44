/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"

#include <string.h>

const struct command commands[] = {
#define COMMAND(words, arguments, options, group, function, about, details, \
                examples)                                                   \
    { words,          arguments, options, GROUP_##group,                    \
      cmd_##function, about,     details, examples },
#include "cli/commands.tbl"
#undef COMMAND
    { 0 }
};

const struct option_info option_infos[OPTIONS] = {
#define OPTION(id, name, letter, argument, everywhere, help) \
    [OPTION_##id] = { name, letter, argument, everywhere, help },
#include "cli/options.tbl"
#undef OPTION
};

bool
command_takes(const struct command *command, enum option option)
{
    const char *name = option_infos[option].name, *at = command->options;
    size_t size = strlen(name);

    for (; (at = strstr(at, name)) != NULL; at += size)
        if ((at == command->options || at[-1] == ' ') &&
            (at[size] == ' ' || at[size] == '\0'))
            return true;
    return option_infos[option].everywhere;
}
