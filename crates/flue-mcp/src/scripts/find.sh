# Prints the paths below $1 that pass the tests of `find` that follow, $3 at most, folders with a `/`. $2 is $1 as a pattern.
# A path begins with $mark, which holds the one `//` of it, so that a name may hold a newline.
root=$1 here=$2 limit=$3
shift 3
[ -d "$root" ] || exit 66
# Bytes, not characters: a name need not be text in any locale.
export LC_ALL=C
# Not in parentheses, where busybox forgets what `+` gathers.
find -H "$root" \( -name .git -o -name node_modules \) ! -path "$here" -prune \
    -o ! -path "$here" -type d "$@" -exec printf '%s/\n' {} + -o ! -path "$here" ! -type d "$@" -print 2>/dev/null |
    awk -v limit="$limit" 'index($0, ENVIRON["mark"]) == 1 && n++ >= limit { exit } { print }'
