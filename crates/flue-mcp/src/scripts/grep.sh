# Prints the lines that match $5 under the options $4 in the files at and below $1 that pass the tests of `find` that follow, $3
# at most. $2 is $1 as a pattern. Paths begin as in `find.sh`; the second file makes `grep` tell the name of a single one.
root=$1 here=$2 limit=$3 options=$4 pattern=$5
shift 5
[ -e "$root" ] || exit 66
export LC_ALL=C
# A line to look at, without which some do not look at the pattern.
echo | grep "$options" -e "$pattern" >/dev/null 2>&1
[ $? -le 1 ] || exit 65
find -H "$root" \( -name .git -o -name node_modules \) ! -path "$here" -prune \
    -o -type f "$@" -exec grep "$options" -e "$pattern" /dev/null {} + 2>/dev/null |
    awk -v limit="$limit" 'index($0, ENVIRON["mark"]) == 1 && n++ >= limit { exit } { print substr($0, 1, 8192) }'
