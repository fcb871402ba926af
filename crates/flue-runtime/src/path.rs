//! How paths are resolved: by their words alone.
//!
//! No file is looked at, links mean nothing, `~` is a name like any other, and `..` stops at `/`.

/// The absolute path that `path` stands for, seen from the directory `cwd`.
pub(crate) fn resolve(cwd: &str, path: &str) -> String {
    if path.starts_with('/') {
        normalise(path)
    } else {
        normalise(&format!("{cwd}/{path}"))
    }
}

/// `path` without empty and `.` parts and with every `..` applied; it starts with `/` and does not end with one.
fn normalise(path: &str) -> String {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// The folder that holds the absolute and normalised `path`.
pub(crate) fn parent(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) | None => "/",
        Some((folder, _)) => folder,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cwd: &str, path: &str, expect: &str) {
        assert_eq!(resolve(cwd, path), expect, "{path:?} from {cwd:?}");
    }

    #[test]
    fn relative_paths_start_at_the_base() {
        check("/w/p", "./a/../b", "/w/p/b");
        check("/w/p", "../../../x", "/x");
        check("/w/p", "", "/w/p");
        check("/w/p", ".", "/w/p");
        check("/w/p", "a//b/", "/w/p/a/b");
        check("/w/p", "~/x", "/w/p/~/x");
    }

    #[test]
    fn absolute_paths_stand_alone() {
        check("/w/p", "/abs/../q", "/q");
        check("/w/p", "/", "/");
        check("/w/p", "//a", "/a");
    }

    #[test]
    fn any_base_is_normalised() {
        check("/w/../z/", "a", "/z/a");
        check("", "a", "/a");
        check("", "", "/");
        check("relative", "a", "/relative/a");
    }

    #[test]
    fn the_parent_of_the_top_is_the_top() {
        assert_eq!(parent("/f.txt"), "/");
        assert_eq!(parent("/"), "/");
        assert_eq!(parent("/a/b"), "/a");
    }
}
