# Prints the first $2 names in the folder $1, each before a NUL and folders with a `/`, and last how many there are.
cd "$1" 2>/dev/null || exit 66
count=0
for name in * .[!.]* ..?*; do
    [ -e "$name" ] || [ -L "$name" ] || continue
    count=$((count + 1))
    [ "$count" -le "$2" ] || continue
    if [ -d "$name" ]; then mark=/; else mark=; fi
    printf '%s%s\0' "$name" "$mark"
done
printf '%s' "$count"
