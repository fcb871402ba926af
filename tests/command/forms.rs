//! A run asked for in another form: every form has to tell the same story, and only the plain one may write.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use flue_cases::{Case, Outcome, Pristine, Tree, same};
use serde_json::Value;

use crate::case::Run;
use crate::round_trip;

/// Options that choose a form, or how it looks.
const FORMS: [&str; 9] = [
    "--dry-run",
    "--check",
    "--diff",
    "--print",
    "--json",
    "-q",
    "-v",
    "--color",
    "always",
];

static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let schema = include_str!("../../docs/schema/report.json");
    let schema = serde_json::from_str(schema).expect("the schema is JSON");
    jsonschema::draft202012::meta::validate(&schema).expect("the schema is a schema");
    jsonschema::validator_for(&schema).expect("the schema can be used")
});

/// Help and the version are for people, whatever form is asked for.
pub(crate) fn asks_for_help(args: &[String]) -> bool {
    let words = ["help", "--help", "--version"];
    args.iter().any(|arg| words.contains(&arg.as_str()))
}

/// Whether a guide to another provider is asked for, which knows no changes.
fn asks_for_a_provider(args: &[String]) -> bool {
    args.iter().any(|arg| arg.contains("://"))
}

/// The lines of a dry run as those of a real one.
fn done(text: &str) -> String {
    let verbs = [
        ("   Would add ", "      Adding "),
        ("Would update sandbox ", "    Updating sandbox "),
        ("Would create ", "     Created "),
        ("Would update ", "     Updated "),
        ("  Would keep ", "        Kept "),
        ("Would remove ", "    Removing "),
        ("Would delete ", "     Deleted "),
    ];
    verbs.iter().fold(text.to_owned(), |text, (would, done)| {
        text.replace(would, done)
    })
}

/// A case whose command is asked for in every form.
struct Forms<'a> {
    case: &'a Case,
    pristine: &'a Pristine,
    plain_args: Vec<String>,
}

pub(crate) fn expect_alike(case: &Case, pristine: &Pristine) -> Result<(), String> {
    let mut plain_args = case.args.clone();
    if asks_for_help(&plain_args) {
        return Ok(());
    }
    plain_args.retain(|arg| !FORMS.contains(&arg.as_str()));
    let forms = Forms {
        case,
        pristine,
        plain_args,
    };
    let plain = forms.run(&[]);
    let document = forms.expect_document(&plain.outcome)?;
    let command = forms.plain_args.first().map(String::as_str);
    let changes = matches!(command, Some("add" | "remove" | "update"));
    if changes && !asks_for_a_provider(&forms.plain_args) {
        forms.expect_dry_run_alike(&plain.outcome, &document)?;
        forms.expect_check_alike(&plain.outcome, &document)?;
        forms.expect_patch_alike(&plain.outcome, &document)?;
        if command == Some("add") {
            forms.expect_status_alike()?;
        }
        let done = forms.expect_nothing_left(plain)?;
        if command == Some("remove") {
            return Ok(());
        }
        round_trip::check(case, &forms.plain_args, done, &document, pristine)?;
    }
    Ok(())
}

impl Forms<'_> {
    fn run(&self, form: &[&str]) -> Run {
        Run::of(self.case, &self.args(form), self.pristine)
    }

    fn args(&self, form: &[&str]) -> Vec<String> {
        let form = form.iter().map(|arg| (*arg).to_owned());
        self.plain_args.iter().cloned().chain(form).collect()
    }

    /// A run that must leave everything as it was.
    fn run_idle(&self, form: &[&str]) -> Result<Run, String> {
        let run = self.run(form);
        let untouched = self.case.before.expect_same(&run.outcome.after);
        untouched.map_err(|difference| format!("{} wrote: {difference}", form.join(" ")))?;
        Ok(run)
    }

    fn expect_document(&self, plain: &Outcome) -> Result<Value, String> {
        let run = self.run(&["--json"]);
        let document = document(&run)?;
        same("the exit code with --json", &plain.code, &run.outcome.code)?;
        let outcome = document["outcome"].as_str().unwrap_or_default();
        let expected = match outcome {
            "changes" | "attention" | "in-sync" | "done" => "0",
            "failed" => "1",
            "conflict" => "4",
            _ => "2",
        };
        same("the exit code of the outcome", expected, &run.outcome.code)?;
        plain.after.expect_same(&run.outcome.after)?;
        let wrote = self.case.before.expect_same(&run.outcome.after).is_err();
        same(
            "applied",
            &wrote.to_string(),
            &document["applied"].to_string(),
        )?;
        expect_files(&document, &run)?;
        Ok(document)
    }

    fn expect_dry_run_alike(&self, plain: &Outcome, document: &Value) -> Result<(), String> {
        let dry = self.run_idle(&["--dry-run"])?;
        same(
            "the exit code of the dry run",
            &plain.code,
            &dry.outcome.code,
        )?;
        // clap repeats what was typed.
        if plain.code != "2" {
            let note = "note: this was a dry run, nothing was written\n";
            same("stdout of the dry run", &plain.stdout, &dry.outcome.stdout)?;
            same(
                "stderr of the dry run",
                &plain.stderr,
                &done(&dry.outcome.stderr.replace(note, "")),
            )?;
            let dry = self.run_idle(&["--dry-run", "--json"])?;
            expect_same_but_applied(document, &self::document(&dry)?)?;
        }
        Ok(())
    }

    fn expect_check_alike(&self, plain: &Outcome, document: &Value) -> Result<(), String> {
        let text = self.run_idle(&["--check"])?;
        let run = self.run_idle(&["--check", "--json"])?;
        let checked = self::document(&run)?;
        let expected = match checked["outcome"].as_str().unwrap_or_default() {
            "changes" | "attention" => "3",
            "in-sync" | "done" => "0",
            "failed" => "1",
            "conflict" => "4",
            _ => "2",
        };
        same("the exit code of the check", expected, &run.outcome.code)?;
        same(
            "the exit code of --check --json",
            &text.outcome.code,
            &run.outcome.code,
        )?;
        if plain.code == "0" {
            expect_same_but_applied(document, &checked)?;
        }
        Ok(())
    }

    /// That a check of what `plain` has left finds nothing to write.
    fn expect_nothing_left(&self, plain: Run) -> Result<Run, String> {
        if plain.outcome.code != "0" {
            return Ok(plain);
        }
        let args = self.args(&["--check", "--json"]);
        let check = plain.then(self.case, &args, self.pristine);
        if document(&check)?["outcome"] == "changes" {
            return Err("a check after the run finds something to do".to_owned());
        }
        Ok(check)
    }

    /// That `flue status` tells what `flue add --check` tells of an adapter that is there.
    fn expect_status_alike(&self) -> Result<(), String> {
        let own = [
            "--no-wire",
            "--blueprint",
            "--runtime-path",
            "--runtime-git",
        ];
        let is_own = |arg: &String| own.contains(&arg.as_str());
        let words = self.plain_args.iter().filter(|arg| !arg.starts_with('-'));
        if self.plain_args.iter().any(is_own) || words.count() < 3 {
            return Ok(());
        }
        let mut args = self.args(&["--check", "--json"]);
        args.retain(|arg| arg != "--overwrite");
        let mut of_status = args.clone();
        let kind = of_status
            .iter()
            .position(|arg| arg == "add")
            .unwrap_or_default();
        of_status.splice(kind..kind + 3, ["status".to_owned()]);
        if args.get(kind + 1) != Some(&"sandbox".to_owned()) {
            return Ok(());
        }
        let run = |args: &[String]| document(&Run::of(self.case, args, self.pristine));
        let (checked, status) = (run(&args)?, run(&of_status)?);
        let codes = |errors: &Value| {
            let errors = errors.as_array().cloned().unwrap_or_default();
            let codes = errors.iter().map(|error| error["code"].to_string());
            codes.collect::<Vec<_>>().join(" ")
        };
        let (expected, found) = (&checked["blueprints"][0], &status["blueprints"][0]);
        if found.is_null() {
            let is_missing = expected["adapter"]["state"] == "missing";
            let is_alike = is_missing || codes(&checked["errors"]) == codes(&status["errors"]);
            // Without an adapter, why it cannot be added is no matter.
            let is_nothing = status["outcome"] == "done";
            return match is_alike || is_nothing {
                true => Ok(()),
                false => Err(format!("`status` says otherwise: {status:#}\n{checked:#}")),
            };
        }
        let told = &found["status"];
        same(
            "the errors of `status`",
            &codes(&checked["errors"]),
            &codes(&told["errors"]),
        )?;
        same(
            "whether `status` finds all in sync",
            &(checked["outcome"] == "in-sync").to_string(),
            &told["in_sync"].to_string(),
        )?;
        if checked["outcome"] == "failed" {
            return Ok(());
        }
        for part in ["adapter", "dependencies", "modules"] {
            let (expected, found) = (&expected[part], &found[part]);
            same(part, &format!("{expected:#}"), &format!("{found:#}"))?;
        }
        let warnings = (&checked["warnings"], &told["warnings"]);
        same(
            "the warnings",
            &format!("{:#}", warnings.0),
            &format!("{:#}", warnings.1),
        )
    }

    fn expect_patch_alike(&self, plain: &Outcome, document: &Value) -> Result<(), String> {
        let diff = self.run_idle(&["--diff"])?;
        same("the exit code with --diff", &plain.code, &diff.outcome.code)?;
        if document["changes"].as_array().is_none_or(Vec::is_empty) {
            return same("stdout with --diff", &plain.stdout, &diff.outcome.stdout);
        }
        let note = diff.outcome.stderr.lines().find_map(|line| {
            let directory = line.strip_prefix("note: apply the patch in `[ROOT]")?;
            Some(Path::new(
                directory.strip_suffix('`')?.trim_start_matches('/'),
            ))
        });
        let directory = note.unwrap_or(&self.case.start);
        let mut tools = vec![vec!["git", "apply"]];
        if cfg!(unix) {
            tools.push(vec!["patch", "-p1", "--silent"]);
        }
        for tool in tools {
            let patched = self.patch(&diff.data, directory, &tool)?;
            plain
                .after
                .expect_same(&patched)
                .map_err(|difference| format!("{} differs: {difference}", tool.join(" ")))?;
        }
        Ok(())
    }

    /// The files after `tool` has put `patch` on those before in `directory`, below the root of a git repository.
    fn patch(&self, patch: &[u8], directory: &Path, tool: &[&str]) -> Result<Tree, String> {
        let repository = tempfile::tempdir().expect("a temporary directory can be made");
        std::fs::create_dir(repository.path().join("below")).expect("a directory can be made");
        let copy = repository.path().join("below/project");
        self.case.before.write(&copy);
        if patch.is_empty() {
            return Ok(Tree::read(&copy));
        }
        git_init(repository.path());
        let mut child = Command::new(tool[0])
            .args(&tool[1..])
            .current_dir(copy.join(directory))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("`{}` is needed: {error}", tool[0]))?;
        let mut stdin = child.stdin.take().expect("the input is a pipe");
        stdin
            .write_all(patch)
            .expect("the patch can be handed over");
        drop(stdin);
        let output = child.wait_with_output().expect("the tool ends");
        if !output.status.success() {
            let said = [output.stdout, output.stderr].concat();
            return Err(format!(
                "{} refuses the patch: {}\n{}",
                tool.join(" "),
                String::from_utf8_lossy(&said),
                String::from_utf8_lossy(patch)
            ));
        }
        Ok(Tree::read(&copy))
    }
}

fn git_init(directory: &Path) {
    let output = Command::new("git")
        .args(["init", "--quiet"])
        .current_dir(directory)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "")
        .output()
        .expect("`git` is needed");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The document that `run` printed, once it is what the schema says and names no absolute path but the root.
fn document(run: &Run) -> Result<Value, String> {
    same("stderr with --json", "", &run.outcome.stderr)?;
    let document = serde_json::from_str::<Value>(&run.outcome.stdout)
        .map_err(|error| format!("stdout is not JSON: {error}\n{}", run.outcome.stdout))?;
    let complaints = SCHEMA.iter_errors(&document);
    let complaints = complaints.map(|error| format!("{}: {error}", error.instance_path()));
    let complaints = complaints.collect::<Vec<_>>();
    if !complaints.is_empty() {
        return Err(format!(
            "not what the schema says: {}\n{document:#}",
            complaints.join("\n")
        ));
    }
    let mut elsewhere = document.clone();
    if let Some(root) = elsewhere["project"].get_mut("root") {
        root.take();
    }
    if elsewhere.to_string().contains("[ROOT]") {
        return Err(format!("an absolute path outside the root: {document:#}"));
    }
    Ok(document)
}

fn expect_same_but_applied(real: &Value, other: &Value) -> Result<(), String> {
    let mut expected = real.clone();
    expected["applied"] = Value::Bool(false);
    same(
        "the document",
        &format!("{expected:#}"),
        &format!("{other:#}"),
    )
}

/// That the files are what the changes of `document` say.
fn expect_files(document: &Value, run: &Run) -> Result<(), String> {
    if document["outcome"] == "failed" {
        return Ok(());
    }
    let root = document["project"]["root"].as_str().unwrap_or_default();
    let root = root.trim_start_matches("[ROOT]").trim_start_matches('/');
    for change in document["changes"].as_array().into_iter().flatten() {
        let path = Path::new(root).join(change["path"].as_str().unwrap_or_default());
        let after = match std::fs::read(run.project.path().join(&path)) {
            Ok(bytes) => {
                let hash = hmac_sha256::Hash::hash(&bytes);
                let hash = hash.map(|byte| format!("{byte:02x}")).concat();
                serde_json::json!({ "bytes": bytes.len(), "sha256": hash })
            }
            Err(_) => Value::Null,
        };
        let what = format!("`{}` after the run", path.display());
        same(&what, &change["after"].to_string(), &after.to_string())?;
    }
    Ok(())
}
