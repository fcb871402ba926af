//! No input takes more memory than 64 MiB beyond three times its size: what is larger than that allows is refused.
//!
//! The command runs in an address space of that size, so that whatever takes more of it dies.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::fs;
use std::ops::Range;
use std::process::{Command, Output, Stdio};

/// How many there are of what may be many.
const MANY: Range<usize> = 0..100_000;

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

const PACKAGE: &str = "[package]\nname = \"my-agent\"\nedition = \"2024\"\n\n";
const RUNTIME: &str = "[dependencies]\nflue-runtime = \"0.1\"\n";

/// Runs the command in a project of these files with no more than so many KiB of addresses.
fn run(files: &[(&str, &str)], kib: usize) -> Output {
    let project = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = project.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    Command::new("sh")
        .arg("-c")
        .arg(format!("ulimit -v {kib} && exec \"$0\" \"$@\""))
        .arg(assert_cmd::cargo::cargo_bin!("flue"))
        .args(["add", "sandbox", "daytona", "--dry-run"])
        .current_dir(project.path())
        .stdin(Stdio::null())
        .env("NO_COLOR", "1")
        .output()
        .unwrap()
}

/// What the program takes by itself, and a project of almost nothing.
fn least() -> usize {
    let manifest = format!("{PACKAGE}{RUNTIME}");
    let files = [("Cargo.toml", manifest.as_str()), ("src/main.rs", "")];
    let mut sizes = (1..64).map(|mebibytes| mebibytes * MIB / KIB);
    let starts = |kib: &usize| run(&files, *kib).status.success();
    sizes.find(starts).unwrap()
}

/// Expects that a project of `files` is read in the room there is, or refused with words that hold `refusal`.
fn check(least: usize, files: &[(&str, &str)], refusal: Option<&str>) {
    let size = files.iter().map(|(_, text)| text.len()).sum::<usize>();
    let output = run(files, least + (64 * MIB + 3 * size) / KIB);
    let stderr = String::from_utf8_lossy(&output.stderr);
    let begin = |text: &str| text.chars().take(60).collect::<String>();
    let (path, start) = (files[0].0, begin(files[0].1));
    match refusal {
        None => assert!(output.status.success(), "{path} {start:?}: {stderr}"),
        Some(refusal) => {
            assert_eq!(output.status.code(), Some(1), "{path} {start:?}: {stderr}");
            assert!(stderr.contains(refusal), "{path} {start:?}: {stderr}");
        }
    }
}

fn many(entry: impl Fn(usize) -> String) -> String {
    MANY.map(entry).collect()
}

fn check_cargo(least: usize, manifest: &str, refusal: Option<&str>) {
    check(
        least,
        &[("Cargo.toml", manifest), ("src/main.rs", "fn main() {}\n")],
        refusal,
    );
}

#[test]
fn cargo_manifests_may_have_many_dependencies_in_any_form() {
    let least = least();
    let tables: [fn(usize) -> String; 6] = [
        |at| format!("p{at:05} = \"1.{at}\"\n"),
        |at| format!("p{at:05} = {{ version = \"1.{at}\", features = [\"a\", \"b\"] }}\n"),
        |at| format!("p{at:05}.version = \"1.{at}\"\np{at:05}.optional = true\n"),
        |at| format!("[dependencies.p{at:05}]\nversion = \"1.{at}\"\nfeatures = [\"a\"]\n\n"),
        |at| format!("[target.'cfg(a{at})'.dependencies]\np{at} = \"1\"\n"),
        |at| format!("p{at:05}.workspace = true\n"),
    ];
    for entry in tables {
        check_cargo(least, &(format!("{PACKAGE}{RUNTIME}") + &many(entry)), None);
    }
    let inline = many(|at| format!(", p{at:05} = \"1.{at}\""));
    let inline = format!("dependencies = {{ flue-runtime = \"0.1\"{inline} }}\n{PACKAGE}");
    check_cargo(least, &inline, None);
    let dotted = many(|at| format!("dependencies.p{at:05} = \"1.{at}\"\n"));
    let dotted = format!("dependencies.flue-runtime = \"0.1\"\n{dotted}{PACKAGE}");
    check_cargo(least, &dotted, None);
    let offered = many(|at| format!("p{at:05} = {{ version = \"1.{at}\" }}\n"));
    let offered = format!("{PACKAGE}{RUNTIME}\n[workspace.dependencies]\n{offered}");
    check_cargo(least, &offered, None);
}

#[test]
fn what_is_too_much_of_a_cargo_manifest_is_refused() {
    let least = least();
    let refusal = Some("the manifest holds more than `flue` reads");
    let large = |piece: &str| piece.repeat(7 * MIB / piece.len());
    let package = format!("{PACKAGE}{RUNTIME}");
    for value in ["1,", "[],", "{},", "{a.b=\"\\n\"},", "\"\",", "[[[[[[[[],"] {
        let manifest = format!("{package}[package.metadata]\nx = [{}\n", large(value));
        check_cargo(least, &manifest, refusal);
    }
    for line in [
        "[[x]]\n",
        "[[x]]\na.b.c.d.e.f.g.h = 1\n",
        "[[x]]\n\"\\n\" = \"\\n\"\n",
    ] {
        check_cargo(least, &(package.clone() + &large(line)), refusal);
    }
    for line in [
        "\n",
        "#\n",
        "\r\n",
        "# a comment that is as long as they are\n",
    ] {
        check_cargo(least, &(package.clone() + &large(line)), None);
    }
}

#[test]
fn npm_manifests_may_have_much_in_them() {
    let least = least();
    let runtime = "\"@flue/runtime\": \"^2.0.1\"";
    let entries = many(|at| format!(",\n    \"p{at:05}\": \"^1.{at}.0\""));
    let words = many(|at| format!(",\"p{at:05}\""));
    let package = |rest: &str| format!("{{\"name\":\"a\",{rest}\"dependencies\":{{{runtime}}}}}\n");
    let manifests = [
        format!("{{\n  \"dependencies\": {{\n    {runtime}{entries}\n  }}\n}}\n"),
        format!(
            "{{\"dependencies\":{{{runtime}{}}}}}",
            entries.replace(['\n', ' '], "")
        ),
        package(&format!("\"overrides\":{{\"x\":\"1\"{entries}}},")),
        package(&format!("\"workspaces\":[\"x\"{words}],")),
        package(&format!(
            "\"workspaces\":{{\"packages\":[\"x\"],\"catalog\":{{\"x\":\"1\"{entries}}}}},"
        )),
    ];
    for manifest in &manifests {
        check(least, &[("package.json", manifest), ("src/x.ts", "")], None);
    }
    let package = package("");
    let lock = many(|at| {
        format!(
            ",\n    \"node_modules/p{at}\": {{\"version\": \"1.0.0\", \"resolved\": \"https://r/p-1.0.0.tgz\", \"integrity\": \"sha512-x\"}}"
        )
    });
    let lock = format!("{{\"lockfileVersion\": 3, \"packages\": {{\n    \"\": {{}}{lock}\n}}}}\n");
    let yarn = many(|at| {
        format!("p{at}@^1.0.0:\n  version \"1.0.0\"\n  resolved \"https://r/p-1.0.0.tgz\"\n\n")
    });
    let pnpm = many(|at| format!("  p{at}@1.0.0:\n    resolution: {{integrity: sha512-x}}\n\n"));
    let pnpm = format!("lockfileVersion: '9.0'\n\npackages:\n\n{pnpm}");
    let members = format!("packages:\n{}", many(|at| format!("  - p{at}\n")));
    let catalog = format!(
        "packages: []\ncatalog:\n{}",
        many(|at| format!("  p{at}: ^1.0.0\n"))
    );
    let beside = [
        ("package-lock.json", &lock),
        ("yarn.lock", &yarn),
        ("pnpm-lock.yaml", &pnpm),
        ("pnpm-workspace.yaml", &members),
        ("pnpm-workspace.yaml", &catalog),
    ];
    for (name, text) in beside {
        check(
            least,
            &[(name, text), ("package.json", &package), ("src/x.ts", "")],
            None,
        );
    }
}

#[test]
fn what_is_too_much_of_an_npm_manifest_is_refused() {
    let least = least();
    for value in ["1,", "{\"\":0},", "[],", "\"\","] {
        let values = value.repeat(7 * MIB / value.len());
        let manifest =
            format!("{{\"x\":[{values}1],\"dependencies\":{{\"@flue/runtime\":\"^2.0.1\"}}}}");
        let refusal = Some("the file holds more values than `flue` reads");
        check(
            least,
            &[("package.json", &manifest), ("src/x.ts", "")],
            refusal,
        );
    }
    // What is only looked at tells nothing then.
    let package = "{\"name\":\"a\",\"dependencies\":{\"@flue/runtime\":\"^2.0.1\"}}\n";
    let values = format!("{{\"x\":[{}1]}}\n", "1,".repeat(4 * MIB));
    for name in [
        "package-lock.json",
        "bun.lock",
        "tsconfig.json",
        "biome.json",
        ".prettierrc",
    ] {
        let files = [
            (name, values.as_str()),
            ("package.json", package),
            ("src/x.ts", ""),
        ];
        check(least, &files, None);
    }
    let list = format!("packages: [{}a]\n", "a,".repeat(3 * MIB));
    let files = [
        ("pnpm-workspace.yaml", list.as_str()),
        ("package.json", package),
    ];
    check(
        least,
        &files,
        Some("more than `flue` reads before this value"),
    );
}

#[test]
fn crate_roots_may_be_long() {
    let least = least();
    let package = format!("{PACKAGE}{RUNTIME}");
    for item in [
        "fn f() {}\n",
        "mod a;\n",
        "{}",
        "#[a]\n",
        "mod a { mod b; }\n",
        "m!();\n",
        "//\n",
    ] {
        let root = item.repeat(7 * MIB / item.len());
        let files = [("src/main.rs", root.as_str()), ("Cargo.toml", &package)];
        let output = run(&files, least + (64 * MIB + 3 * root.len()) / KIB);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.code().is_some_and(|code| code < 2),
            "{item:?}: {stderr}"
        );
    }
}
