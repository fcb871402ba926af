//! Searches, with the commands of this machine and with nothing but busybox.

use std::os::unix::fs::symlink;
use std::process::Command;

use daytona_loopback::Server;
use daytona_sdk::CreateSandboxParams;
use flue_mcp::Limits;
use serde_json::json;
use tempfile::TempDir;

use crate::fixture::Fixture;

/// A sandbox whose only commands are busybox's, and the folder that holds them.
async fn busybox() -> (Fixture, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let program = Command::new("sh")
        .args(["-c", "command -v busybox"])
        .output()
        .unwrap();
    let program = String::from_utf8(program.stdout).unwrap();
    assert!(
        !program.is_empty(),
        "`busybox` is missing: install the package `busybox-static`"
    );
    let applets = Command::new("busybox").arg("--list").output().unwrap();
    for applet in String::from_utf8(applets.stdout).unwrap().lines() {
        symlink(program.trim(), folder.path().join(applet)).unwrap();
    }
    let builder = Server::builder().shell(folder.path().join("sh"));
    let params = CreateSandboxParams::new().env("PATH", folder.path().to_str().unwrap());
    (
        Fixture::of(builder, params, Limits::default()).await,
        folder,
    )
}

fn fill(fixture: &Fixture) {
    for (path, content) in [
        ("README.md", "# Title\nuse std;\n"),
        ("src/main.rs", "use std::io;\nfn main() {}\n"),
        ("src/deep/er/lib.rs", "use std;\n"),
        ("src/deep/page.tsx", "export default 1;\n"),
        (".git/config", "use std;\n"),
        ("node_modules/left/index.rs", "use std;\n"),
        ("odd [x]/a:1:b.rs", "Use STD\n"),
        ("odd [x]/new\nline.rs", "use std;\nuse std;\n"),
    ] {
        fixture.put(path, content);
    }
    fixture.put("binary", b"use std\0\n");
    symlink("src", fixture.root.join("link")).unwrap();
}

async fn finds(fixture: &Fixture) {
    for (pattern, path, expected) in [
        (
            "*.rs",
            ".",
            "odd [x]/a:1:b.rs\nodd [x]/new\nline.rs\nsrc/deep/er/lib.rs\nsrc/main.rs\n",
        ),
        ("src/*.rs", ".", "src/main.rs\n"),
        (
            "src/**/*.{rs,tsx}",
            "",
            "src/deep/er/lib.rs\nsrc/deep/page.tsx\nsrc/main.rs\n",
        ),
        ("**/*.rs", "src", "src/deep/er/lib.rs\nsrc/main.rs\n"),
        (
            "*",
            "link",
            "link/deep/\nlink/deep/er/\nlink/deep/er/lib.rs\nlink/deep/page.tsx\nlink/main.rs\n",
        ),
        ("a*", "./odd [x]/", "odd [x]/a:1:b.rs\n"),
        ("deep", ".", "src/deep/\n"),
        ("index.*", "node_modules", "node_modules/left/index.rs\n"),
        ("config", ".git", ".git/config\n"),
        ("[rR]EAD*", ".", "README.md\n"),
        ("*.py", ".", "Nothing matches."),
    ] {
        let found = fixture
            .text("find", json!({ "pattern": pattern, "path": path }))
            .await;
        assert_eq!(found, expected, "{pattern} in {path}");
    }
    let absolute = fixture.root.join("src").to_str().unwrap().to_owned();
    let found = fixture
        .text("find", json!({ "pattern": "main.*", "path": absolute }))
        .await;
    assert_eq!(found, format!("{absolute}/main.rs\n"));
}

async fn greps(fixture: &Fixture) {
    for (arguments, expected) in [
        (
            json!({ "pattern": "^use std;$" }),
            "README.md:2:use std;\nodd [x]/new\nline.rs:1:use std;\nodd [x]/new\nline.rs:2:use std;\n\
             src/deep/er/lib.rs:1:use std;\n",
        ),
        (
            json!({ "pattern": "std(;|::io)", "path": "src/main.rs" }),
            "src/main.rs:1:use std::io;\n",
        ),
        (
            json!({ "pattern": "use std", "include": "*.md" }),
            "README.md:2:use std;\n",
        ),
        (
            json!({ "pattern": "use", "include": "src/*.rs" }),
            "src/main.rs:1:use std::io;\n",
        ),
        (
            json!({ "pattern": "USE std", "ignore_case": true, "path": "odd [x]", "include": "a*" }),
            "odd [x]/a:1:b.rs:1:Use STD\n",
        ),
        (
            json!({ "pattern": "std", "path": ".git" }),
            ".git/config:1:use std;\n",
        ),
        (json!({ "pattern": "no such words" }), "Nothing matches."),
    ] {
        assert_eq!(
            fixture.text("grep", arguments.clone()).await,
            expected,
            "{arguments}"
        );
    }
}

async fn told(fixture: &Fixture) {
    for (tool, arguments, word) in [
        ("list", json!({ "path": "nowhere" }), "not-found"),
        ("list", json!({ "path": "README.md" }), "not-a-directory"),
        (
            "find",
            json!({ "pattern": "*", "path": "nowhere" }),
            "not-found",
        ),
        (
            "find",
            json!({ "pattern": "*", "path": "README.md" }),
            "not-a-directory",
        ),
        ("find", json!({ "pattern": "a{b" }), "invalid-argument"),
        (
            "grep",
            json!({ "pattern": "a", "path": "nowhere" }),
            "not-found",
        ),
        ("grep", json!({ "pattern": "a(" }), "invalid-argument"),
        ("grep", json!({ "pattern": "\\d+" }), "invalid-argument"),
    ] {
        let (told, message) = fixture.failure(tool, arguments.clone()).await;
        assert_eq!(told, word, "{tool} {arguments}: {message}");
    }
}

async fn lists(fixture: &Fixture) {
    let listed = fixture.text("list", json!({ "path": "src/deep" })).await;
    assert_eq!(listed, "er/\npage.tsx\n");
}

#[tokio::test]
async fn searches_work_with_the_commands_of_this_machine() {
    let fixture = Fixture::new().await;
    fill(&fixture);
    finds(&fixture).await;
    greps(&fixture).await;
    lists(&fixture).await;
    told(&fixture).await;
}

#[tokio::test]
async fn searches_work_with_busybox_alone() {
    let (fixture, _folder) = busybox().await;
    fill(&fixture);
    let version = fixture
        .text("run", json!({ "command": "find --help 2>&1 | head -n1" }))
        .await;
    assert!(version.contains("BusyBox"), "{version}");
    finds(&fixture).await;
    greps(&fixture).await;
    lists(&fixture).await;
    told(&fixture).await;
}
