//! `docs/outcomes.md`: every way in which a run ends, as the cases show it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use flue::inside::Code;
use flue_cases::{Case, Pristine, Store, same};
use serde_json::Value;

use crate::case::Run;
use crate::forms::asks_for_help;
use crate::is_overwriting;

const HEAD: &str = "\
# Outcomes

Every way in which a run ends: its exit code, the `outcome`, the state of the adapter and the codes of errors or warnings in
the document of `--json`, the line that tells people, and a case that shows it. The document is described by
[schema/report.json](schema/report.json).

What a case cannot hold has codes, too: `read-only`, `unreadable` and `too-large` for files that may not be changed or read,
`failed` for what else the system refuses.

This file is made from the cases by `SNAPSHOTS=overwrite cargo test --test cases`, and a test keeps it current.

| exit code | outcome | adapter | codes | line | case |
| --- | --- | --- | --- | --- | --- |
";

/// What only a mistake in the command itself, or a later blueprint can bring about.
const NOT_SHOWN: [&str; 3] = ["hard-linked", "manifest-not-editable", "no-variant"];

/// What tells one outcome from another.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Outcome {
    exit_code: String,
    name: String,
    adapter: String,
    codes: Vec<String>,
}

/// Rewrites or checks the table of what the cases show.
pub(crate) fn check(store: &Store) -> Result<(), String> {
    let mut examples = BTreeMap::new();
    for name in store.names() {
        let case = store.case(&name)?;
        let Some(told) = told(&case, store.pristine())? else {
            continue;
        };
        let outcome = outcome_of(&case, store.pristine())?;
        examples
            .entry(outcome)
            .or_insert_with(|| format!("{told} | {}", link_to(&name)));
    }
    let rows = examples
        .into_iter()
        .map(|(outcome, example)| row(&outcome, &example));
    let table = HEAD.to_owned() + &rows.collect::<String>();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/outcomes.md");
    if is_overwriting() {
        fs::write(&path, &table).expect("the table can be written");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    same("docs/outcomes.md", &table, &written.replace("\r\n", "\n"))?;
    let names = Code::ALL.iter().map(|code| code.as_str());
    let missing = names.filter(|code| !table.contains(&format!("`{code}`")));
    same(
        "the list of codes that no case shows",
        &NOT_SHOWN.join("\n"),
        &missing.collect::<Vec<_>>().join("\n"),
    )
}

/// The line that tells people how the run ended, if the case shows what they see.
fn told(case: &Case, pristine: &Pristine) -> Result<Option<String>, String> {
    let args = &case.args;
    let is_data = |arg: &String| ["--json", "--diff", "--print", "--color"].contains(&arg.as_str());
    if args.iter().any(is_data) || asks_for_help(args) {
        return Ok(None);
    }
    let expected = case.expected(pristine)?;
    let text = expected.stderr + &expected.stdout;
    let is_problem = |line: &&str| line.starts_with("error: ") || line.starts_with("warning: ");
    let line = text.lines().find(is_problem).or(text.lines().next());
    Ok(line.map(|line| line.trim().replace('|', "\\|")))
}

fn outcome_of(case: &Case, pristine: &Pristine) -> Result<Outcome, String> {
    let mut args = [case.args.clone(), vec!["--json".to_owned()]].concat();
    if args.starts_with(&["add".to_owned(), "sandbox".to_owned()]) {
        // The same document without waiting for the disk.
        args.retain(|arg| arg != "--dry-run");
        args.push("--dry-run".to_owned());
    }
    let run = Run::of(case, &args, pristine).outcome;
    let document = serde_json::from_str::<Value>(&run.stdout)
        .map_err(|error| format!("{}: {error}", case.name))?;
    let problems = ["errors", "warnings"]
        .iter()
        .flat_map(|list| document[list].as_array().into_iter().flatten());
    let codes = problems.map(|problem| text(&problem["code"]));
    Ok(Outcome {
        exit_code: run.code,
        name: text(&document["outcome"]),
        adapter: text(&document["blueprints"][0]["adapter"]["state"]),
        codes: codes.collect(),
    })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn link_to(name: &str) -> String {
    let title = name.rsplit('/').next().unwrap_or(name);
    format!("[{title}](../tests/cases/{name}.txt)")
}

fn row(outcome: &Outcome, example: &str) -> String {
    let Outcome {
        exit_code,
        name,
        adapter,
        codes,
    } = outcome;
    let codes = codes.iter().map(|code| format!("`{code}`"));
    let codes = codes.collect::<Vec<_>>().join(", ");
    let adapter = match adapter.as_str() {
        "" => String::new(),
        state => format!("`{state}`"),
    };
    format!("| {exit_code} | `{name}` | {adapter} | {codes} | {example} |\n")
}
