#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The same with partners behind an SSH server that we did not write.
exec python3 "${TP_SOURCE:-.}/tests/flow/restore.py" sftp
