#!/bin/sh
# title: mdata-get hands on a value as it is, byte for byte
# level: should
# clause: 16
# transports: ssh serial
# needs: cmd:mdata-get EXPECT_NONCE
# timeout: 60
# remedy: the metadata client must decode the value and print it, with nothing between: no 'echo', no 'read' without -r,
#   no word splitting, no format string.
#
# The value imgverify:odd holds blanks at both ends, quotes, backslashes, percent signs, a tab, a carriage return,
# characters of two, three and four bytes, and an empty line; only line feeds at the end may be more or fewer.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

# shellcheck disable=SC2016 # nothing in it is to be expanded
wanted=$(printf '  "two" \047one\047 `x` $HOME \\n \\\\ %%s %%%% *\t|\r\n\n\303\274 \342\202\254 \360\237\220\247 \\0 end ')
found=$(mdata-get imgverify:odd 2>&1) || fail "expected the value of imgverify:odd, found status $?: $found"
[ "$found" = "$wanted" ] && exit 0
bytes() { printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n'; }
fail "expected the bytes $(bytes "$wanted") from 'mdata-get imgverify:odd', found $(bytes "$found" | cut -c 1-400)"
