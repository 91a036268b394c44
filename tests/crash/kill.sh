#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The journal's driver, killed before its system calls one after the other.
set -u
exec "$TP_BUILD/tests/crash/kill_sweep" "$TP_BUILD/tests/crash/store_driver" 20
