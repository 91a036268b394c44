#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Calls that have one home: memory and text in base, durable writes in base
# and store, other programs nowhere but where doc/layers allows them.
set -u
cd "${TP_SOURCE:-.}" || exit 99
failed=0 number=0
ban() { # what, pattern, folders where it is allowed (regex)
    number=$((number + 1))
    found=$(grep -rnE "(^|[^a-zA-Z0-9_>.])($2) *\(" src --include='*.c' --include='*.h' | grep -vE "^src/($3)/" | grep -vE ':[[:space:]]*(/?\*|//)')
    if [ -z "$found" ]; then echo "ok $number - $1"
    else echo "not ok $number - $1"; sed 's/^/# /' <<< "$found"; failed=1; fi
}
ban "unsafe text calls are nowhere" 'strcpy|strcat|sprintf|strtok|atoi|atol|sscanf|gets|localtime|gmtime|strncpy' '-'
ban "memory comes from base" 'malloc|calloc|realloc|free|strdup|strndup' 'base'
ban "files are changed in base and store" 'rename|unlink|fopen|creat|rmdir|ftruncate' 'base|store|sandbox'
ban "nothing runs a shell" 'system|popen|execlp|execvp|execl|execle' '-'
echo "1..$number"
exit $failed
