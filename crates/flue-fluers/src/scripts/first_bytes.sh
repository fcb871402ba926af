# Prints at most $2 bytes of the file at $1 in hexadecimal: output is text, a cut character is not.
od -An -v -tx1 -N "$2" "./$1"
