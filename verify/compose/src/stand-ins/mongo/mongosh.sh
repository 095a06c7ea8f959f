#!/bin/bash
# Stands in for mongosh in the health check: sends { ping: 1 } to admin over the wire and wants an `ok` back.
# 51 bytes: the header (length, request id, response to, opcode 2013), flags, section kind 0, then the BSON document.
exec 3<>/dev/tcp/127.0.0.1/27017 || exit 1
printf '\x33\0\0\0\x01\0\0\0\0\0\0\0\xdd\x07\0\0' >&3
printf '\0\0\0\0\0\x1e\0\0\0\x10ping\0\x01\0\0\0\x02$db\0\x06\0\0\0admin\0\0' >&3
timeout 3 head -c 38 <&3 | grep -qa ok
