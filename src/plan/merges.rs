//! What updates make of adapters, from every text that the blueprint writes to every other: untouched; with many edits, beside
//! `git merge-file`; and edited, to a version that is added.
//!
//! What is inspected and planned is what the command inspects and plans.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use walkdir::WalkDir;

use super::{Change, Plan};
use crate::blueprint::Blueprint;
use crate::blueprint::catalogue::Catalogue;
use crate::blueprint::texts::Texts;
use crate::blueprint::{Own, Source};
use crate::ecosystem::{self, Package};
use crate::inspect::{Finding, Inspection};
use crate::plan;
use crate::request::{OnConflict, RuntimeSource, Search, Selection, Wiring};
use crate::text::merge::Resolution;

/// A project, and the text that is written there.
struct Project {
    name: &'static str,
    directory: tempfile::TempDir,
    adapter: &'static str,
    text: String,
}

/// So many edits of each text are moved to each other text.
const EDITS: usize = 40;

/// What becomes of realistic edits, as they are and then after a formatter: merges, conflicts, those of git, and those that
/// only we have. `docs/robustness.md` tells these counts, and why they differ from git's.
const IN_TYPESCRIPT: [Tally; 2] = [Tally::new([400, 39, 38, 1]), Tally::new([80, 11, 64, 0])];
const IN_RUST: [Tally; 2] = [Tally::new([240, 4, 4, 0]), Tally::new([48, 0, 48, 0])];

/// The same of generated ones in both.
const GENERATED: Tally = Tally::new([300, 41, 43, 1]);

/// How TypeScript projects tell which text they take: a range of the runtime, the SDK, and what is installed.
const NPM: [(&str, &str, &str, &str); 4] = [
    ("contract 1", "2.0.1", "@daytona/sdk", "2.0.1"),
    ("both contracts", "^2.0.1", "@daytona/sdk", "2.0.1"),
    ("contract 2", "2.1.0", "@daytona/sdk", "2.1.0"),
    ("contract 2, old SDK", "2.1.0", "@daytonaio/sdk", "2.1.0"),
];

/// The same for Rust: the keys of the runtime and of the SDK.
const CARGO: [(&str, &str, &str); 3] = [
    ("plain", "flue-runtime", "daytona-sdk"),
    ("renamed SDK", "flue-runtime", "boxes"),
    ("renamed runtime", "agents", "daytona-sdk"),
];

fn npm_projects() -> Vec<Project> {
    let projects = NPM.iter().map(|&(name, range, sdk, installed)| {
        let manifest = format!(
            "{{\"dependencies\": {{\"{sdk}\": \"^0.216.0\", \"@flue/runtime\": \"{range}\"}}}}\n"
        );
        let runtime = format!("{{\"version\": \"{installed}\"}}\n");
        let files = [
            ("package.json", manifest),
            ("src/agent.ts", "export const a = 'b';\n".to_owned()),
            ("node_modules/@flue/runtime/package.json", runtime),
        ];
        Project::new(name, "src/sandboxes/daytona.ts", &files)
    });
    projects.collect()
}

fn cargo_projects() -> Vec<Project> {
    let projects = CARGO.iter().map(|&(name, runtime, sdk)| {
        let entry = |key: &str, package: &str| format!("{key} = {{ version = \"0.1\", package = \"{package}\" }}\n");
        let entries = entry(runtime, "flue-runtime") + &entry(sdk, "daytona-sdk");
        let manifest = format!("[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n{entries}");
        let files = [
            ("Cargo.toml", manifest),
            ("src/main.rs", "mod sandboxes;\nfn main() {}\n".to_owned()),
        ];
        Project::new(name, "src/sandboxes/daytona.rs", &files)
    });
    projects.collect()
}

impl Project {
    fn new(name: &'static str, adapter: &'static str, files: &[(&str, String)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        for (path, text) in files {
            write(&directory.path().join(path), text);
        }
        let mut project = Self {
            name,
            directory,
            adapter,
            text: String::new(),
        };
        project.text = project.written_by(&built_in());
        project
    }

    /// What `blueprint` writes here.
    fn written_by(&self, blueprint: &Blueprint) -> String {
        let _ = fs::remove_file(self.directory.path().join(self.adapter));
        let plan = plan::add(self.inspect(blueprint), OnConflict::Keep).unwrap();
        after(&plan).unwrap()
    }

    /// Whether what is written here is as good as what is written in `other`: an adapter for both contracts is for each.
    fn serves(&self, other: &Self) -> bool {
        let has_old_sdk = |text: &str| text.contains("@daytonaio");
        self.name.starts_with("both") && has_old_sdk(&self.text) == has_old_sdk(&other.text)
    }

    fn inspect(&self, blueprint: &Blueprint) -> Inspection {
        let package = self.open();
        package
            .inspect(blueprint, Wiring::LeaveAlone, &RuntimeSource::Registry)
            .unwrap()
    }

    fn open(&self) -> Package {
        let selection = Selection {
            start: self.directory.path().canonicalize().unwrap(),
            search: Search::Upwards,
            ecosystem: None,
            package: None,
            source_root: None,
        };
        ecosystem::open(&selection).unwrap()
    }

    /// What an update makes of the adapter that is here, with marks around the conflicts.
    fn marked(&self) -> String {
        let inspection = self.inspect(&built_in());
        let inline = Some(Resolution::Inline);
        let plan = plan::update(inspection, OnConflict::Keep, inline).unwrap();
        after(&plan).unwrap()
    }

    /// What an update of `text` to `blueprint` comes to here.
    fn plan(&self, text: &str, blueprint: &Blueprint) -> Plan {
        write(&self.directory.path().join(self.adapter), text);
        plan::update(self.inspect(blueprint), OnConflict::Keep, None).unwrap()
    }

    /// What an update makes of `text` here.
    fn update(&self, text: &str) -> Merged {
        let plan = self.plan(text, &built_in());
        let conflicts = plan.conflicts().map(|(_, conflict)| {
            let lines = text.split_inclusive('\n').skip(conflict.line - 1);
            let there = lines
                .take(conflict.ours.lines().count())
                .collect::<String>();
            assert_eq!(there, conflict.ours, "the line of a conflict");
            conflict.ours.clone()
        });
        let conflicts = conflicts.collect::<Vec<_>>();
        match conflicts.is_empty() {
            true => Merged::Clean(after(&plan).unwrap_or_else(|| text.to_owned())),
            false => {
                assert!(!plan.has_changes(), "nothing is written");
                Merged::Conflict
            }
        }
    }
}

fn built_in() -> Arc<Blueprint> {
    Catalogue::built_in().find("sandbox", "daytona").unwrap()
}

/// The version in `directory`, after those in `earlier`: all that a version is stands in its directory.
fn version_in(directory: &Path, earlier: Vec<Blueprint>) -> Blueprint {
    let text = fs::read_to_string(directory.join("blueprint.toml")).unwrap();
    let mut templates = BTreeMap::new();
    for entry in WalkDir::new(directory).into_iter().map(Result::unwrap) {
        if let Ok(text) = fs::read_to_string(entry.path()) {
            let path = entry.path().strip_prefix(directory).unwrap();
            templates.insert(path.to_str().unwrap().replace('\\', "/"), text);
        }
    }
    Blueprint {
        source: Source::Own(Arc::new(Own {
            place: directory.to_owned(),
            typed: None,
            texts: Texts::Templates(templates),
            earlier,
        })),
        ..toml::from_str(&text).unwrap()
    }
}

/// A second version: a copy of the first with another SDK, another constant, and a note.
fn second_version() -> Blueprint {
    let first = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/sandbox/daytona/1");
    let second = tempfile::tempdir().unwrap();
    for entry in WalkDir::new(&first).into_iter().map(Result::unwrap) {
        if let Ok(text) = fs::read_to_string(entry.path()) {
            let path = entry.path().strip_prefix(&first).unwrap();
            let text = text
                .replace("version = 1\n", "version = 2\n")
                .replace(
                    "requirement = \"0.1\", sibling",
                    "requirement = \"0.2\", sibling",
                )
                .replace(">=0.187.0 <1", ">=0.200.0 <1")
                .replace("FOLDER_MODE = '755'", "FOLDER_MODE = '750'")
                .replace("FOLDER_MODE: u32 = 0o755", "FOLDER_MODE: u32 = 0o750");
            write(&second.path().join(path), &text);
        }
    }
    let notes =
        "# Notes\n\n## `FOLDER_MODE` is stricter\n\nOthers see nothing of new directories.\n";
    write(&second.path().join("UPGRADE.md"), notes);
    version_in(second.path(), vec![version_in(&first, Vec::new())])
}

enum Merged {
    Clean(String),
    Conflict,
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// What `plan` makes of the adapter.
fn after(plan: &Plan) -> Option<String> {
    let mut operations = plan.operations.iter();
    let adapter = operations.find(|operation| matches!(operation.finding, Finding::Adapter(_)))?;
    match &adapter.change {
        Change::Create { after } | Change::Update { after, .. } => Some(after.clone()),
        _ => None,
    }
}

/// What git makes of the same, if it has no conflict.
fn git(base: &str, ours: &str, theirs: &str) -> Option<String> {
    let directory = tempfile::tempdir().unwrap();
    let paths = [("ours", ours), ("base", base), ("theirs", theirs)].map(|(name, text)| {
        let path = directory.path().join(name);
        fs::write(&path, text).unwrap();
        path
    });
    let output = Command::new("git")
        .args(["merge-file", "--diff3", "-p"])
        .args(paths)
        .output()
        .expect("`git` is needed");
    let is_clean = output.status.success();
    is_clean.then(|| String::from_utf8(output.stdout).unwrap())
}

/// A text with edits, and the lines that the user wrote.
struct Edit {
    name: String,
    text: String,
    lines: Vec<String>,
}

/// What people do to such a file.
fn edits(text: &str) -> Vec<Edit> {
    let lines = text.lines().collect::<Vec<_>>();
    let is_rust = text.contains("fn daytona");
    let log = |number: usize| match is_rust {
        true => format!("eprintln!(\"edit {number}\");"),
        false => format!("console.debug('edit {number}');"),
    };
    let mut edits = Vec::new();
    let mut edit = |name: String, at: usize, removed: usize, new: Vec<String>| {
        let new_lines = new.iter().map(String::as_str);
        let edited = lines[..at]
            .iter()
            .copied()
            .chain(new_lines)
            .chain(lines[at + removed..].iter().copied());
        let text = edited.map(|line| format!("{line}\n")).collect();
        edits.push(Edit {
            name,
            text,
            lines: new,
        });
    };
    for (number, line) in lines.iter().enumerate() {
        let indent = &line[..line.len() - line.trim_start().len()];
        let code = line.trim_start();
        let is_head = match is_rust {
            true => code.ends_with('{') && (code.contains("fn ") || code.starts_with(") ->")),
            false => {
                let is_body = code.starts_with("): ") || code.contains('(') && code.contains("): ");
                code.ends_with('{') && is_body && !code.starts_with("if")
            }
        };
        if is_head {
            let step = if is_rust { "    " } else { "  " };
            edit(
                format!("a log in line {number}: {code}"),
                number + 1,
                0,
                vec![format!("{indent}{step}{}", log(number))],
            );
        }
        if code.starts_with("return ") && code.ends_with(';') && number % 3 == 0 {
            edit(
                format!("a log ahead of line {number}: {code}"),
                number,
                0,
                vec![format!("{indent}{}", log(number))],
            );
        }
        if code.starts_with("const ") && indent.is_empty() && code.ends_with(';') {
            edit(
                format!("another constant in line {number}: {code}"),
                number,
                1,
                vec![format!("{} // mine", line)],
            );
        }
        if code.starts_with("/**") || code.starts_with("///") {
            edit(
                format!("words ahead of line {number}: {code}"),
                number,
                0,
                vec![format!("{indent}// mine {number}")],
            );
        }
        if code.contains("ptions = {}") {
            let changed = line.replace("{}", "{ /* mine */ }");
            edit(
                format!("another default in line {number}: {code}"),
                number,
                1,
                vec![changed],
            );
        }
    }
    let method = lines
        .iter()
        .position(|line| line.contains("readdir("))
        .unwrap();
    edit(
        "an extra method".to_owned(),
        method,
        0,
        vec!["  // mine: a method".to_owned(), String::new()],
    );
    edit(
        "an extra function".to_owned(),
        lines.len(),
        0,
        vec![String::new(), "// mine: a function".to_owned()],
    );
    let import = lines
        .iter()
        .position(|line| line.starts_with("import ") || line.starts_with("use "))
        .unwrap();
    edit(
        "an extra import".to_owned(),
        import,
        0,
        vec!["// mine: an import".to_owned()],
    );
    edit(
        "everything below the imports away".to_owned(),
        import + 30,
        lines.len() - import - 30,
        Vec::new(),
    );
    edits
}

/// The edits again, after a formatter with other settings: wider indentation, other quotes, no semicolons, other breaks.
fn reformatted(edit: &Edit) -> Edit {
    let is_rust = edit.text.contains("fn daytona");
    let format = |text: &str| {
        let lines = text.lines().map(|line| {
            let code = line.trim_start();
            let depth = line.len() - code.len();
            if is_rust {
                return format!(
                    "{}{code}\n",
                    "\t".repeat(depth / 4) + &" ".repeat(depth % 4)
                );
            }
            let is_plain = !code.contains(['"', '`', '*', '/', '\\']);
            let code = if is_plain {
                code.replace('\'', "\"")
            } else {
                code.to_owned()
            };
            let code = if is_plain {
                code.trim_end_matches(';').to_owned()
            } else {
                code
            };
            format!("{}{code}\n", " ".repeat(depth * 2))
        });
        lines.collect::<String>()
    };
    Edit {
        name: format!("{}, reformatted", edit.name),
        text: format(&edit.text),
        lines: edit
            .lines
            .iter()
            .map(|line| format(line).trim_end().to_owned())
            .collect(),
    }
}

/// Random numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).unwrap()
    }
}

/// `text` with up to four lines that are new, changed or gone.
fn generated(text: &str, random: &mut Random) -> Edit {
    let mut lines = text.lines().map(str::to_owned).collect::<Vec<_>>();
    let mut new = Vec::new();
    for number in 0..=random.below(4) {
        let at = 1 + random.below(lines.len() - 1);
        let line = format!("// generated {number} of {}", random.below(1_000_000));
        match random.below(3) {
            0 => {
                lines.insert(at, line.clone());
                new.push(line);
            }
            // What was new may be lost again.
            _ if lines[at].starts_with("// generated") => {}
            1 => {
                lines[at].clone_from(&line);
                new.push(line);
            }
            _ => {
                lines.remove(at);
            }
        }
    }
    Edit {
        name: format!("generated {new:?}"),
        text: lines.iter().map(|line| format!("{line}\n")).collect(),
        lines: new,
    }
}

/// What became of many merges.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Tally {
    merges: usize,
    conflicts: usize,
    conflicts_of_git: usize,
    /// Conflicts where git has none, which is told which text the edits are of.
    only_ours: usize,
}

impl Tally {
    const fn new([merges, conflicts, conflicts_of_git, only_ours]: [usize; 4]) -> Self {
        Self {
            merges,
            conflicts,
            conflicts_of_git,
            only_ours,
        }
    }

    /// Moves the `edit` of what is written in `from` to `to`; where it is `formatted`, git cannot see what was edited.
    fn check(&mut self, from: &Project, to: &Project, edit: &Edit, formatted: Formatted) {
        let told = format!("{} to {}: {}", from.name, to.name, edit.name);
        let git = git(&from.text, &edit.text, &to.text);
        self.merges += 1;
        self.conflicts_of_git += usize::from(git.is_none());
        match (to.update(&edit.text), git) {
            (Merged::Clean(text), git) => {
                edit.expect_in(&text, &told);
                if let (Some(git), Formatted::No) = (git, formatted) {
                    assert!(text == git, "{told}: git makes\n{git}\nof it, not\n{text}");
                }
            }
            (Merged::Conflict, git) => {
                self.conflicts += 1;
                self.only_ours += usize::from(git.is_some());
                edit.expect_in(&to.marked(), &told);
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Formatted {
    Yes,
    No,
}

impl Edit {
    /// That nothing is missing from `text` that the user wrote.
    fn expect_in(&self, text: &str, told: &str) {
        for line in &self.lines {
            let is_there = text.contains(line.trim_end());
            assert!(is_there, "{told}: {line:?} is lost in\n{text}");
        }
    }
}

fn pairs(projects: &[Project]) -> impl Iterator<Item = (&Project, &Project)> {
    projects.iter().flat_map(move |from| {
        let others = projects.iter().filter(move |to| to.name != from.name);
        others.map(move |to| (from, to))
    })
}

/// The day that a second version is needed, adding its directory is all.
#[test]
fn an_adapter_moves_to_a_version_that_is_added() {
    let second = second_version();
    let projects = [npm_projects(), cargo_projects()];
    for project in projects.iter().flatten() {
        let today = project.written_by(&second);
        assert!(today.contains("/daytona@2\n"), "{today}");
        let plan = project.plan(&project.text, &second);
        assert_eq!(after(&plan).as_ref(), Some(&today), "{}", project.name);
        let titles = plan.notes(&second).into_iter().map(|note| note.title);
        assert_eq!(titles.collect::<Vec<_>>(), ["`FOLDER_MODE` is stricter"]);

        for edit in edits(&project.text).iter().step_by(20) {
            let plan = project.plan(&edit.text, &second);
            if plan.conflicts().next().is_none() {
                let merged = after(&plan).unwrap();
                assert!(merged.contains("/daytona@2\n"), "{}", edit.name);
                assert!(
                    edit.lines.iter().all(|line| merged.contains(line)),
                    "{}",
                    edit.name
                );
            }
        }
    }
}

#[test]
fn what_nobody_has_edited_becomes_exactly_what_is_written_today() {
    for projects in [npm_projects(), cargo_projects()] {
        for (from, to) in pairs(&projects) {
            let Merged::Clean(text) = to.update(&from.text) else {
                panic!("{} to {}: a conflict", from.name, to.name);
            };
            let expected = match from.serves(to) {
                true => &from.text,
                false => &to.text,
            };
            assert_eq!(text, *expected, "{} to {}", from.name, to.name);
        }
    }
}

/// What becomes of the edits of each text of `projects` in every other of them, as they are and then after a formatter.
fn tally(projects: &[Project]) -> [Tally; 2] {
    let (mut plain, mut formatted) = (Tally::default(), Tally::default());
    for (from, to) in pairs(projects).filter(|(from, to)| !from.serves(to)) {
        let edits = edits(&from.text);
        assert!(edits.len() >= EDITS, "{} edits", edits.len());
        for number in 0..EDITS {
            let edit = &edits[number * edits.len() / EDITS];
            plain.check(from, to, edit, Formatted::No);
            if number % 5 == 0 {
                formatted.check(from, to, &reformatted(edit), Formatted::Yes);
            }
        }
    }
    [plain, formatted]
}

#[test]
fn edits_of_typescript_are_merged_as_git_merges_them_or_better() {
    assert_eq!(tally(&npm_projects()), IN_TYPESCRIPT);
}

#[test]
fn edits_of_rust_are_merged_as_git_merges_them_or_better() {
    assert_eq!(tally(&cargo_projects()), IN_RUST);
}

#[test]
fn generated_edits_are_merged_as_git_merges_them_or_better() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut tally = Tally::default();
    for projects in [npm_projects(), cargo_projects()] {
        let pairs = pairs(&projects).filter(|(from, to)| !from.serves(to));
        let pairs = pairs.collect::<Vec<_>>();
        for number in 0..150 {
            let (from, to) = pairs[number % pairs.len()];
            tally.check(from, to, &generated(&from.text, &mut random), Formatted::No);
        }
    }
    assert_eq!(tally, GENERATED);
}
