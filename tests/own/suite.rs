//! What every blueprint has to do, wherever it comes from.

use super::*;

/// A blueprint in a project.
struct Subject {
    project: Project,
    /// What names it.
    words: Vec<String>,
    /// Where its adapter goes.
    adapter: &'static str,
    source: &'static str,
}

impl Subject {
    fn run(&self, command: &str, options: &[&str], code: i32) -> String {
        self.project.says(&self.args(command, options), code)
    }

    fn args<'a>(&'a self, command: &'a str, options: &[&'a str]) -> Vec<&'a str> {
        let words = self.words.iter().map(String::as_str);
        let words = std::iter::once(command).chain(words);
        words.chain(options.iter().copied()).collect()
    }
}

fn check(subject: &Subject) {
    let project = &subject.project;
    let before = project.tree();

    subject.run("add", &["--check"], 3);
    subject.run("add", &["--dry-run"], 0);
    before.expect_same(&project.tree()).unwrap();

    let shown = subject.run("show", &[], 0);
    subject.run("add", &[], 0);
    let after = project.tree();
    let adapter = project.read(subject.adapter);
    assert_eq!(adapter, shown);
    assert!(adapter.starts_with("// flue-blueprint: "), "{adapter}");

    let again = subject.run("add", &[], 0);
    assert!(again.contains("nothing to do"), "{again}");
    subject.run("add", &["--check"], 0);
    subject.run("update", &[], 0);
    subject.run("update", &["--check"], 0);
    let document = project.json(&subject.args("add", &[]));
    assert_eq!(document["outcome"], "in-sync", "{document:#}");
    assert_eq!(document["blueprints"][0]["source"], subject.source);
    let guide = subject.run("add", &["--print"], 0);
    assert!(guide.contains("All of it is done."), "{guide}");
    after.expect_same(&project.tree()).unwrap();

    project.write(subject.adapter, format!("{adapter}// ours\n"));
    let kept = subject.run("add", &["--check"], 0);
    assert!(kept.contains("Customised"), "{kept}");
    let kept = subject.run("remove", &[], 1);
    assert!(kept.contains("--force"), "{kept}");
    subject.run("add", &["--overwrite"], 0);
    let backup = format!("{}.orig", subject.adapter);
    assert_eq!(project.read(&backup), format!("{adapter}// ours\n"));
    fs::remove_file(project.root().join(backup)).unwrap();
    after.expect_same(&project.tree()).unwrap();

    subject.run("remove", &["--check"], 3);
    subject.run("remove", &["--dry-run"], 0);
    after.expect_same(&project.tree()).unwrap();
    subject.run("remove", &[], 0);
    before.expect_same(&project.tree()).unwrap();
    subject.run("remove", &[], 0);
    before.expect_same(&project.tree()).unwrap();
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

#[test]
fn built_in_blueprints_pass() {
    let daytona = ["sandbox", "daytona"];
    let subjects = [
        (CARGO, daytona, "src/sandboxes/daytona.rs"),
        (NPM, daytona, "src/sandboxes/daytona.ts"),
        (CARGO, ["sandbox", "docker"], "src/sandboxes/docker.rs"),
    ];
    for (files, named, adapter) in subjects {
        check(&Subject {
            project: Project::new(&files),
            words: words(&named),
            adapter,
            source: "built-in",
        });
    }
}

#[test]
fn a_directory_of_the_team_passes_in_both_ecosystems() {
    for (files, adapter) in [
        (CARGO, "src/sandboxes/acme_box.rs"),
        (NPM, "src/sandboxes/acme-box.ts"),
    ] {
        check(&Subject {
            project: Project::new(&files).with_team(),
            words: words(&["sandbox", "@ACME/box"]),
            adapter,
            source: "own",
        });
    }
}

#[test]
fn a_directory_that_is_named_passes() {
    let path = fixtures().join("flue-blueprints/sandbox/acme-box");
    for path in [path.clone(), path.join("1"), path.join("1/blueprint.toml")] {
        check(&Subject {
            project: Project::new(&NPM),
            words: words(&["sandbox", "acme-box", "--blueprint", path.to_str().unwrap()]),
            adapter: "src/sandboxes/acme-box.ts",
            source: "own",
        });
    }
}

#[test]
fn a_guide_passes_from_a_file_and_from_the_team() {
    let guide = fixtures().join("guides/sandbox--nimbus.md");
    check(&Subject {
        project: Project::new(&NPM),
        words: words(&["--blueprint", guide.to_str().unwrap()]),
        adapter: "src/sandboxes/nimbus.ts",
        source: "own",
    });
    let project = Project::new(&NPM);
    let text = fs::read(&guide).unwrap();
    project.write("flue-blueprints/sandbox/nimbus/1/blueprint.md", text);
    check(&Subject {
        project,
        words: words(&["sandbox", "nimbus"]),
        adapter: "src/sandboxes/nimbus.ts",
        source: "own",
    });
}

#[test]
fn a_team_lists_its_own_and_says_so() {
    let project = Project::new(&NPM).with_team();
    let listed = project.says(&["list"], 0);
    assert!(listed.contains("flue add sandbox acme-box"), "{listed}");
    assert!(listed.contains("your own"), "{listed}");
    let unknown = project.says(&["add", "sandbox", "acme-bax"], 1);
    assert!(unknown.contains("`acme-box`"), "{unknown}");
}

#[test]
fn the_workspace_of_a_package_has_blueprints_too() {
    let project = Project::new(&[
        (
            "package.json",
            "{ \"name\": \"ws\", \"workspaces\": [\"packages/*\"] }\n",
        ),
        ("packages/agent/package.json", NPM[0].1),
        ("packages/agent/src/agents/assistant.ts", NPM[1].1),
    ])
    .with_team();
    project.says(&["add", "sandbox", "acme-box", "-C", "packages/agent"], 0);
    assert!(
        project
            .read("packages/agent/src/sandboxes/acme-box.ts")
            .contains("acmeBox")
    );
    // Above the workspace is somebody else's.
    let below = Project::new(&[]).with_team();
    below.write("package.json", "{ \"name\": \"other\" }\n");
    below.write("agent/package.json", NPM[0].1);
    below.says(&["add", "sandbox", "acme-box", "-C", "agent"], 1);
}

#[test]
fn a_built_in_name_is_not_taken_silently() {
    let project = Project::new(&NPM).with_team();
    let own = project.root().join("flue-blueprints/sandbox");
    fs::rename(own.join("acme-box"), own.join("daytona")).unwrap();
    let description = "flue-blueprints/sandbox/daytona/1/blueprint.toml";
    let text = project
        .read(description)
        .replace("acme-box\"\nversion", "daytona\"\nversion");
    project.write(description, text);
    let before = project.tree();
    for command in [&["add", "sandbox", "daytona"][..], &["list"]] {
        let refused = project.says(command, 1);
        assert!(
            refused.contains("the name of a built-in blueprint"),
            "{refused}"
        );
    }
    before.expect_same(&project.tree()).unwrap();
    let named = [
        "add",
        "sandbox",
        "daytona",
        "--blueprint",
        "flue-blueprints/sandbox/daytona",
    ];
    let said = project.says(&named, 0);
    assert!(
        said.contains("your own, and not the built-in one"),
        "{said}"
    );
}

#[test]
fn an_update_to_a_newer_version_keeps_edits() {
    let project = Project::new(&NPM);
    let first = fs::read_to_string(fixtures().join("guides/sandbox--nimbus.md")).unwrap();
    let second = first.replace("nimbus@1", "nimbus@2");
    let second = second.replace("\"version\": 1", "\"version\": 2");
    let second = second.replace("(driver, '/home')", "(driver, '/work')");
    project.write("flue-blueprints/sandbox/nimbus/1/blueprint.md", first);
    project.says(&["add", "sandbox", "nimbus"], 0);
    let adapter = project.read("src/sandboxes/nimbus.ts");
    project.write("src/sandboxes/nimbus.ts", format!("{adapter}\n// ours\n"));
    project.write("flue-blueprints/sandbox/nimbus/2/blueprint.md", second);
    project.says(&["update", "sandbox", "nimbus"], 0);
    let updated = project.read("src/sandboxes/nimbus.ts");
    assert!(
        updated.starts_with("// flue-blueprint: sandbox/nimbus@2\n"),
        "{updated}"
    );
    assert!(updated.contains("(driver, '/work')"), "{updated}");
    assert!(updated.ends_with("// ours\n"), "{updated}");
    let again = project.says(&["update"], 0);
    assert!(again.contains("nothing to do"), "{again}");
}
