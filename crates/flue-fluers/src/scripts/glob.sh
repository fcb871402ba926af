# Prints the paths below $3 whose last part matches $2, $1 of them at most.
# A path starts with `.//`, which nothing else on a line can do, so that a name may hold a newline.
command -v find >/dev/null && command -v awk >/dev/null || exit 127
# Bytes, not characters: a name need not be text in any locale.
export LC_ALL=C
find "$3" -name "$2" 2>/dev/null |
    awk -v limit="$1" 'index($0, ".//") == 1 && n++ >= limit { exit } { print }'
