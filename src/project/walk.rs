//! The directories below one, as far as git heeds them.
//!
//! Reads directories, `.gitignore` files and `.git/info/exclude` only. Links are not followed, what packages are installed or built into is not
//! entered, and what cannot be read is passed over. The rules of one user, which git keeps outside of the repository, are
//! not known.

use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::file::{UserFile, read_text};
use super::pattern::{Pattern, Syntax};
use crate::path::RelPath;

/// Directories that are never entered.
const SKIPPED: [&str; 6] = [".git", ".hg", ".jj", ".svn", "node_modules", "target"];

const RULES: &str = ".gitignore";

/// The rules of one clone, below the root of the repository.
const RULES_OF_CLONE: &str = ".git/info/exclude";

/// A directory, and the names of the regular files in it.
#[derive(Debug)]
pub(crate) struct Folder {
    /// Where it is.
    pub path: PathBuf,
    files: Vec<String>,
    rules: Rules,
}

impl Folder {
    /// Whether it holds the file `name`, ignored or not.
    pub(crate) fn holds(&self, name: &str) -> bool {
        self.files.iter().any(|file| file == name)
    }

    /// Its files that are not ignored and whose name is `wanted`, by name.
    pub(crate) fn files(&self, wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = PathBuf> {
        let files = self.files.iter().filter(move |name| wanted(name));
        let files = files.map(|name| self.path.join(name));
        files.filter(|path| !self.rules.ignore(path, Kind::File))
    }
}

/// The directories below one, each before those in it.
#[derive(Debug)]
pub(crate) struct Walk {
    pending: Vec<(PathBuf, Rules)>,
    /// How many of those are below the last one.
    below: usize,
}

impl Walk {
    /// That of `root` and all below. In a repository the rules of the directories above count, too.
    pub(crate) fn new(root: &Path) -> Self {
        let repository = root
            .ancestors()
            .position(|above| above.join(".git").exists());
        let above = root
            .ancestors()
            .skip(1)
            .take(repository.unwrap_or_default());
        let mut above = above.collect::<Vec<_>>();
        above.reverse();
        let of_clone = repository.and_then(|above| root.ancestors().nth(above));
        let of_clone = of_clone.map_or_else(Rules::default, |directory| {
            Rules::default().and(directory, RULES_OF_CLONE)
        });
        let rules = above
            .into_iter()
            .fold(of_clone, |rules, directory| rules.and(directory, RULES));
        Self {
            pending: vec![(root.to_owned(), rules)],
            below: 0,
        }
    }

    /// Passes over the directories in the last one.
    pub(crate) fn skip_below(&mut self) {
        self.pending.truncate(self.pending.len() - self.below);
        self.below = 0;
    }
}

impl Iterator for Walk {
    type Item = Folder;

    fn next(&mut self) -> Option<Folder> {
        let (path, above) = self.pending.pop()?;
        let entries = fs::read_dir(&path).into_iter().flatten();
        let entries = entries.filter_map(|entry| named(&entry.ok()?));
        let (mut directories, mut files) = (Vec::new(), Vec::new());
        for (name, kind) in entries {
            match kind {
                Kind::Directory => directories.push(name),
                Kind::File => files.push(name),
            }
        }
        let rules = match files.iter().any(|name| name == RULES) {
            true => above.and(&path, RULES),
            false => above,
        };
        directories.retain(|name| !SKIPPED.contains(&name.as_str()));
        directories.sort_unstable_by(|a, b| b.cmp(a));
        files.sort_unstable();
        let before = self.pending.len();
        let paths = directories.iter().map(|name| path.join(name));
        let entered = paths.filter(|path| !rules.ignore(path, Kind::Directory));
        self.pending
            .extend(entered.map(|path| (path, rules.clone())));
        self.below = self.pending.len() - before;
        Some(Folder { path, files, rules })
    }
}

/// The source files of the package at `root` besides `adapter` whose name is `wanted` and whose text is, too, with their texts.
/// What is in a directory that `is_package` is another package's.
pub(crate) fn sources(
    root: &Path,
    adapter: &UserFile,
    is_package: impl Fn(&Folder) -> bool,
    wanted: impl Fn(&str) -> bool,
    is_wanted: impl Fn(&str) -> bool,
) -> Vec<(RelPath, String)> {
    let mut walk = Walk::new(root);
    let mut sources = Vec::new();
    while let Some(folder) = walk.next() {
        if folder.path != root && is_package(&folder) {
            walk.skip_below();
            continue;
        }
        for path in folder.files(&wanted) {
            let file = path.strip_prefix(root).ok().and_then(RelPath::new);
            let is_other = |file: &RelPath| ![&adapter.path, &adapter.real_path].contains(&file);
            let file = file.filter(is_other);
            let text = read_text(&path).ok().map(|(text, _)| text);
            let text = text.filter(|text| is_wanted(text));
            sources.extend(file.zip(text));
        }
    }
    sources
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Directory,
}

/// The name and kind of `entry`, if that is a file or a directory with a name that is text.
fn named(entry: &DirEntry) -> Option<(String, Kind)> {
    let kind = match entry.file_type().ok()? {
        kind if kind.is_dir() => Kind::Directory,
        kind if kind.is_file() => Kind::File,
        _ => return None,
    };
    Some((entry.file_name().into_string().ok()?, kind))
}

/// What the `.gitignore` files of a directory and of those above say; the nearest one has the word.
#[derive(Debug, Clone, Default)]
struct Rules(Option<Rc<Layer>>);

/// The rules of one file.
#[derive(Debug)]
struct Layer {
    directory: PathBuf,
    /// The last one that fits counts.
    rules: Vec<Rule>,
    above: Rules,
}

/// A line of the file.
#[derive(Debug)]
struct Rule {
    pattern: Pattern,
    is_for_directories: bool,
    ignores: bool,
}

impl Rules {
    /// These, and those that the `file` in `directory` has for what is below that.
    fn and(self, directory: &Path, file: &str) -> Self {
        let text = fs::read_to_string(directory.join(file)).unwrap_or_default();
        let rules = text.lines().filter_map(Rule::parse).collect::<Vec<_>>();
        match rules.is_empty() {
            true => self,
            false => Self(Some(Rc::new(Layer {
                directory: directory.to_owned(),
                rules,
                above: self,
            }))),
        }
    }

    fn ignore(&self, path: &Path, kind: Kind) -> bool {
        let mut layer = &self.0;
        while let Some(found) = layer {
            let inside = path.strip_prefix(&found.directory).ok();
            let inside = inside.and_then(Path::to_str).unwrap_or_default();
            let inside = inside.replace(std::path::MAIN_SEPARATOR, "/");
            let mut rules = found.rules.iter().rev();
            if let Some(rule) = rules.find(|rule| rule.is_about(&inside, kind)) {
                return rule.ignores;
            }
            layer = &found.above.0;
        }
        false
    }
}

impl Rule {
    fn parse(line: &str) -> Option<Self> {
        let line = match line.trim_end() {
            trimmed if trimmed.ends_with('\\') => line,
            trimmed => trimmed,
        };
        if line.is_empty() || line.starts_with('#') {
            return None;
        }
        let (ignores, line) = match line.strip_prefix('!') {
            Some(line) => (false, line),
            None => (true, line),
        };
        let line = line.strip_prefix('\\').unwrap_or(line);
        let path = line.trim_end_matches('/');
        let pattern = match path.contains('/') {
            true => path.to_owned(),
            false => format!("**/{path}"),
        };
        let pattern = Pattern::parse(&pattern, Syntax::Wildcards).ok()?.pop()?;
        Some(Self {
            pattern: pattern.below(),
            is_for_directories: line.ends_with('/'),
            ignores,
        })
    }

    fn is_about(&self, path: &str, kind: Kind) -> bool {
        (kind == Kind::Directory || !self.is_for_directories) && self.pattern.matches(path)
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn check(rules: &str, expect: &str) {
        let project = tempfile::tempdir().unwrap();
        let root = project.path();
        for file in [
            "a/x.rs",
            "a/b/x.rs",
            "a/b/y.ts",
            "build/z.rs",
            "node_modules/n/m.ts",
            "x.rs",
        ] {
            let path = root.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        fs::write(root.join(RULES), rules).unwrap();
        fs::write(root.join("a/b").join(RULES), "!y.ts\n").unwrap();
        let files = Walk::new(root).flat_map(|folder| {
            let files = folder.files(|name| name != RULES).collect::<Vec<_>>();
            let files = files
                .into_iter()
                .map(|file| file.strip_prefix(root).unwrap().to_owned());
            files.collect::<Vec<_>>()
        });
        let files = files.map(|file| file.to_str().unwrap().replace('\\', "/"));
        assert_eq!(files.collect::<Vec<_>>().join(" "), expect, "{rules:?}");
    }

    #[test]
    fn what_git_ignores_is_passed_over() {
        check("", "x.rs a/x.rs a/b/x.rs a/b/y.ts build/z.rs");
        check("# all\n\nbuild/\n", "x.rs a/x.rs a/b/x.rs a/b/y.ts");
        check("/x.rs\n", "a/x.rs a/b/x.rs a/b/y.ts build/z.rs");
        check("x.rs\n", "a/b/y.ts build/z.rs");
        check("*.rs  \n!/x.rs\n", "x.rs a/b/y.ts");
        check("*.ts\n", "x.rs a/x.rs a/b/x.rs a/b/y.ts build/z.rs");
        check("a/b\n", "x.rs a/x.rs build/z.rs");
        check("**/b/\r\n", "x.rs a/x.rs build/z.rs");
        check("x.rs/\n", "x.rs a/x.rs a/b/x.rs a/b/y.ts build/z.rs");
    }

    /// What git lists in the repository at `root`, by its own rules only.
    fn listed_by_git(root: &Path, args: &[&str]) -> Vec<String> {
        let output = Command::new("git")
            .args(args)
            .current_dir(root)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("XDG_CONFIG_HOME", root.join(".git/none"))
            .output()
            .expect("`git` is needed");
        assert!(output.status.success(), "{output:?}");
        let files = String::from_utf8(output.stdout).unwrap();
        let mut files = files.lines().map(str::to_owned).collect::<Vec<_>>();
        files.sort_unstable();
        files
    }

    /// Lines that rules are made of; names are those of [`NAMES`].
    const LINES: [&str; 36] = [
        "a", "b", "c.x", "/a", "/b", "a/", "b/", "/a/", "a/b", "a/b/", "/a/b", "**/b", "**/a/b",
        "a/**", "a/**/c.x", "/**/b/", "*.x", "?", "[ab]", "[!a]", "a*", "b/*", "*/b", "/*", "*",
        "!a", "!b", "!*.x", "!a/", "!a/b", "!/a", "!a/**", "!*/", "# a", "\\a", "a ",
    ];

    const NAMES: [&str; 4] = ["a", "b", "c.x", "d"];

    #[test]
    fn git_passes_over_the_same() {
        let repository = tempfile::tempdir().unwrap();
        let root = &repository.path().canonicalize().unwrap();
        listed_by_git(root, &["init", "--quiet"]);
        let mut directories = vec![root.clone()];
        for depth in 0..3 {
            let of_depth = directories.clone().into_iter();
            let of_depth =
                of_depth.filter(|it| it.strip_prefix(root).unwrap().iter().count() == depth);
            directories
                .extend(of_depth.flat_map(|it| NAMES[..2].iter().map(move |name| it.join(name))));
        }
        for directory in &directories {
            fs::create_dir_all(directory).unwrap();
            for name in &NAMES[2..] {
                fs::write(directory.join(name), "").unwrap();
            }
        }
        let mut state = 1_u64;
        let mut below = |bound: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            usize::try_from((state >> 33) % bound as u64).unwrap()
        };
        for _ in 0..300 {
            let places = [
                RULES_OF_CLONE,
                RULES,
                "a/.gitignore",
                "b/a/.gitignore",
                "a/b/b/.gitignore",
            ];
            let mut told = String::new();
            for place in places {
                let lines = (0..below(4)).map(|_| format!("{}\n", LINES[below(LINES.len())]));
                let rules = lines.collect::<String>();
                fs::write(root.join(place), &rules).unwrap();
                told += &format!("{place}: {rules:?} ");
            }
            let git = listed_by_git(root, &["ls-files", "--others", "--exclude-standard"]);
            let start = &directories[below(directories.len())];
            let walked =
                Walk::new(start).flat_map(|folder| folder.files(|_| true).collect::<Vec<_>>());
            let walked = walked.map(|file| {
                file.strip_prefix(root)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned()
            });
            let mut walked = walked.collect::<Vec<_>>();
            walked.sort_unstable();
            let start = start.strip_prefix(root).unwrap().to_str().unwrap();
            let git = git
                .into_iter()
                .filter(|file| Path::new(file).starts_with(start));
            // What git never comes to, nobody asks it for.
            if walked != git.clone().collect::<Vec<_>>() && !is_ignored(root, start) {
                assert_eq!(walked, git.collect::<Vec<_>>(), "{told}in {start:?}");
            }
        }
    }

    /// Whether git ignores the directory `start` of the repository at `root`, or one above.
    fn is_ignored(root: &Path, start: &str) -> bool {
        let mut command = Command::new("git");
        command
            .args(["check-ignore", "--quiet", start])
            .current_dir(root);
        !start.is_empty() && command.status().unwrap().success()
    }

    #[test]
    fn the_rules_of_a_repository_count_below_it() {
        let repository = tempfile::tempdir().unwrap();
        let root = repository.path().join("packages/agent");
        fs::create_dir_all(root.join("dist")).unwrap();
        fs::write(repository.path().join(RULES), "dist\n").unwrap();
        let count = || Walk::new(&root).count();
        assert_eq!(count(), 2);
        fs::create_dir(repository.path().join(".git")).unwrap();
        assert_eq!(count(), 1);
    }

    #[test]
    fn what_is_below_a_directory_can_be_passed_over() {
        let project = tempfile::tempdir().unwrap();
        fs::create_dir_all(project.path().join("a/b")).unwrap();
        fs::create_dir_all(project.path().join("c")).unwrap();
        let mut walk = Walk::new(project.path());
        let mut names = Vec::new();
        while let Some(folder) = walk.next() {
            let name = folder.path.file_name().unwrap().to_owned();
            if name == "a" {
                walk.skip_below();
            }
            names.push(name);
        }
        assert_eq!(names[1..], ["a", "c"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        let project = tempfile::tempdir().unwrap();
        fs::create_dir(project.path().join("a")).unwrap();
        std::os::unix::fs::symlink(project.path(), project.path().join("a/up")).unwrap();
        assert_eq!(Walk::new(project.path()).count(), 2);
    }
}
