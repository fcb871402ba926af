# Prints the lines that match $2 in the files at and below the further arguments, $1 of them at most.
# Paths start with `.//`, as in `glob.sh`; the second file makes `grep` tell the name of a single one.
limit=$1 pattern=$2
shift 2
command -v find >/dev/null && command -v awk >/dev/null || exit 127
grep -e "$pattern" /dev/null >/dev/null 2>&1
[ $? -le 1 ] || { echo "\`grep\` does not take the pattern"; exit 2; }
find "$@" -type f -exec grep -n -e "$pattern" /dev/null {} + 2>/dev/null |
    awk -v limit="$limit" 'index($0, ".//") == 1 && n++ >= limit { exit } { print }'
