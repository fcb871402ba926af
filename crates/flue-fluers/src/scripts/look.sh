# Prints what stands at each of the given paths, one line each.
# Every folder on the way is looked at by itself, so that no link is followed.
set -f
look() {
    here=.
    IFS=/
    for name in $1; do
        [ -d "$here" ] || { echo below-a-file; return; }
        [ -x "$here" ] || { echo closed; return; }
        here=$here/$name
        [ ! -L "$here" ] || { echo link; return; }
        [ -e "$here" ] || { echo missing; return; }
    done
    unset IFS
    if [ -d "$here" ]; then
        echo folder
    elif [ -f "$here" ]; then
        # Fields: mode, hard links, owner, group, size, and more.
        set -- $(ls -dln "$here")
        echo "file $2 $5"
    else
        echo special
    fi
}
for path do
    look "$path"
done
