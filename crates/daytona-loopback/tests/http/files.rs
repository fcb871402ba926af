//! The routes for single files and folders.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::time::{Duration, UNIX_EPOCH};

use daytona_loopback::{Server, Zone};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Fixture, json, outcome, status};

#[tokio::test]
async fn info_has_nine_fields_in_the_formats_of_go() {
    let fixture = Fixture::of(Server::builder().zone(Zone::fixed(120, "CEST")));
    let file = fixture.work_dir().join("hello.txt");
    fs::write(&file, "hello").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let time = UNIX_EPOCH + Duration::new(1_782_221_618, 120_000_000);
    fs::File::open(&file).unwrap().set_modified(time).unwrap();

    let mut info = json(fixture.get("/files/info", &[("path", "./hello.txt")])).await;
    for id in ["owner", "group"] {
        let value = info[id].take();
        assert!(value.as_str().unwrap().parse::<u32>().is_ok(), "{value}");
    }
    assert_eq!(
        info,
        json!({
            "name": "hello.txt",
            "size": 5,
            "mode": "-rw-r-----",
            "modTime": "2026-06-23 15:33:38.12 +0200 CEST",
            "modifiedAt": "2026-06-23T15:33:38.12+02:00",
            "isDir": false,
            "owner": null,
            "group": null,
            "permissions": "0640",
        })
    );
}

#[tokio::test]
async fn older_daemons_have_no_modified_at() {
    let fixture = Fixture::of(Server::builder().without_modified_at());
    let info = json(fixture.get("/files/info", &[("path", ".")])).await;

    assert!(info.get("modifiedAt").is_none());
    assert!(info["modTime"].as_str().unwrap().ends_with(" +0000 UTC"));
    assert_eq!(info["name"], ".");
    assert_eq!(info["isDir"], true);
}

#[tokio::test]
async fn the_sticky_bit_is_in_the_mode_and_not_in_the_permissions() {
    let fixture = Fixture::new();
    let info = json(fixture.get("/files/info", &[("path", "/tmp")])).await;

    assert_eq!(info["mode"], "dtrwxrwxrwx");
    assert_eq!(info["permissions"], "0777");
}

fn names(list: &Value) -> Vec<&str> {
    let entries = list.as_array().unwrap().iter();
    entries
        .map(|entry| entry["name"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn lists_are_sorted_by_bytes_and_not_recursive() {
    let fixture = Fixture::new();
    let work_dir = fixture.work_dir();
    fs::create_dir_all(work_dir.join("d/inner")).unwrap();
    for name in ["b", "a", "B", "é", ".hidden", "a b"] {
        fs::write(work_dir.join("d").join(name), "").unwrap();
    }
    symlink("nowhere", work_dir.join("d/dangling")).unwrap();

    let expected = [".hidden", "B", "a", "a b", "b", "inner", "é"];
    let list = json(fixture.get("/files", &[("path", "d")])).await;
    assert_eq!(names(&list), expected);
    let list = json(fixture.get("/files/", &[("path", "d/")])).await;
    assert_eq!(names(&list), expected);
}

#[tokio::test]
async fn a_list_without_a_path_is_of_the_work_dir() {
    let fixture = Fixture::new();
    assert_eq!(json(fixture.get("/files", &[])).await, json!([]));
    fs::write(fixture.work_dir().join("x"), "").unwrap();
    assert_eq!(names(&json(fixture.get("/files", &[])).await), ["x"]);
    assert_eq!(
        names(&json(fixture.get("/files", &[("path", "")])).await),
        ["x"]
    );
}

#[tokio::test]
async fn links_are_followed() {
    let fixture = Fixture::new();
    let work_dir = fixture.work_dir();
    fs::create_dir(work_dir.join("folder")).unwrap();
    fs::write(work_dir.join("folder/file"), "x").unwrap();
    symlink("folder", work_dir.join("link")).unwrap();

    let info = json(fixture.get("/files/info", &[("path", "link")])).await;
    assert_eq!(
        (&info["name"], &info["isDir"]),
        (&json!("link"), &json!(true))
    );
    let list = json(fixture.get("/files", &[])).await;
    assert_eq!(list[1]["isDir"], true);

    let delete = fixture.delete("/files", &[("path", "link"), ("recursive", "true")]);
    assert_eq!(status(delete).await, 204);
    assert!(!work_dir.join("link").exists());
    assert!(
        work_dir.join("folder/file").exists(),
        "only the link is gone"
    );
}

#[tokio::test]
async fn a_dangling_link_cannot_be_deleted() {
    let fixture = Fixture::new();
    symlink("nowhere", fixture.work_dir().join("dangling")).unwrap();

    for recursive in ["true", "false"] {
        let query = [("path", "dangling"), ("recursive", recursive)];
        assert_eq!(status(fixture.delete("/files", &query)).await, 404);
    }
    assert_eq!(
        status(fixture.get("/files/info", &[("path", "dangling")])).await,
        404
    );
}

#[tokio::test]
async fn folders_are_made_with_their_parents() {
    let fixture = Fixture::new();
    let made = fixture.post("/files/folder", &[("path", "a/b/c"), ("mode", "700")]);
    assert_eq!(outcome(made).await, (201, Vec::new()));
    let mode = |path| {
        let metadata = fs::metadata(fixture.work_dir().join(path)).unwrap();
        metadata.permissions().mode() & 0o777
    };
    assert_eq!((mode("a"), mode("a/b/c")), (0o700, 0o700));

    let again = fixture.post("/files/folder", &[("path", "a/b/c"), ("mode", "0755")]);
    assert_eq!(status(again).await, 201);
    assert_eq!(mode("a/b/c"), 0o700, "an existing folder keeps its mode");
    assert_eq!(
        status(fixture.post("/files/folder", &[("path", "d")])).await,
        201
    );
    assert_eq!(mode("d"), 0o755);
}

#[tokio::test]
async fn recursive_counts_only_when_exactly_true() {
    let fixture = Fixture::new();
    let work_dir = fixture.work_dir();
    fs::create_dir_all(work_dir.join("full/inner")).unwrap();
    fs::create_dir(work_dir.join("empty")).unwrap();

    for recursive in ["false", "1", "True", "TRUE", ""] {
        for path in ["full", "empty"] {
            let query = [("path", path), ("recursive", recursive)];
            assert_eq!(
                status(fixture.delete("/files", &query)).await,
                400,
                "{recursive}"
            );
        }
    }
    let delete = fixture.delete("/files", &[("path", "full"), ("recursive", "true")]);
    assert_eq!(outcome(delete).await, (204, Vec::new()));
    assert!(!work_dir.join("full").exists());

    let missing = fixture.delete("/files", &[("path", "full"), ("recursive", "true")]);
    assert_eq!(status(missing).await, 404);
}

#[tokio::test]
async fn files_are_deleted_either_way() {
    let fixture = Fixture::new();
    for query in [
        vec![("path", "f")],
        vec![("path", "f"), ("recursive", "true")],
    ] {
        fs::write(fixture.work_dir().join("f"), "").unwrap();
        assert_eq!(status(fixture.delete("/files/", &query)).await, 204);
        assert!(!fixture.work_dir().join("f").exists());
    }
}

#[tokio::test]
async fn the_folder_of_all_sandboxes_cannot_be_deleted() {
    let fixture = Fixture::new();
    let work_dir = fixture.work_dir();
    let all = work_dir.ancestors().nth(2).unwrap().to_str().unwrap();
    for path in [all, ".", "./."] {
        let query = [("path", path), ("recursive", "true")];
        assert_eq!(
            status(fixture.delete("/files", &query)).await,
            400,
            "{path}"
        );
    }
    assert!(work_dir.exists());
}

/// The daemon takes a rename that fails for one between file systems: it copies, and deletes the source.
#[tokio::test]
async fn a_folder_that_is_moved_into_itself_is_gone() {
    let fixture = Fixture::new();
    fs::create_dir(fixture.work_dir().join("d")).unwrap();
    fs::write(fixture.work_dir().join("d/f"), "x").unwrap();

    let query = [("source", "d"), ("destination", "d/x")];
    let moved = fixture.proxy(Method::POST, "/files/move").query(&query);

    assert_eq!(status(moved).await, 200);
    assert!(!fixture.work_dir().join("d").exists());
}

#[tokio::test]
async fn move_renames_and_needs_a_parent_and_a_free_place() {
    let fixture = Fixture::new();
    let work_dir = fixture.work_dir();
    fs::write(work_dir.join("a"), "content").unwrap();
    fs::write(work_dir.join("taken"), "").unwrap();
    let moving = |source, destination| {
        fixture.post(
            "/files/move",
            &[("source", source), ("destination", destination)],
        )
    };

    assert_eq!(outcome(moving("a", "b")).await, (200, Vec::new()));
    assert_eq!(fs::read(work_dir.join("b")).unwrap(), b"content");
    assert_eq!(status(moving("a", "c")).await, 404);
    assert_eq!(status(moving("b", "no/parent")).await, 404);
    assert_eq!(status(moving("b", "taken")).await, 409);
    assert_eq!(status(moving("b", "")).await, 400);
    assert_eq!(status(moving("b", "taken/below")).await, 400);
}

#[tokio::test]
async fn permissions() {
    let fixture = Fixture::new();
    let file = fixture.work_dir().join("f");
    fs::write(&file, "").unwrap();
    let set = |name, value| fixture.post("/files/permissions", &[("path", "f"), (name, value)]);

    assert_eq!(outcome(set("mode", "4600")).await, (200, Vec::new()));
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o600, "Go keeps the other bits elsewhere");
    assert_eq!(status(set("mode", "0o600")).await, 400);
    assert_eq!(status(set("owner", "no-such-user")).await, 400);
    let missing = fixture.post("/files/permissions", &[("path", "x"), ("mode", "600")]);
    assert_eq!(status(missing).await, 404);
}

#[tokio::test]
async fn search_matches_names() {
    let fixture = Fixture::new();
    let work_dir = fixture.work_dir();
    fs::create_dir_all(work_dir.join("src/deep")).unwrap();
    for path in ["src/main.rs", "src/deep/lib.rs", "src/notes.md"] {
        fs::write(work_dir.join(path), "").unwrap();
    }
    let search =
        |path, pattern| json(fixture.get("/files/search", &[("path", path), ("pattern", pattern)]));

    let expected = json!({ "files": ["src/deep/lib.rs", "src/main.rs"] });
    assert_eq!(search("src", "*.rs").await, expected);
    assert_eq!(
        search(".", "[mn]*").await,
        json!({ "files": ["src/main.rs", "src/notes.md"] })
    );
    assert_eq!(search("missing", "*").await, json!({ "files": [] }));
    assert_eq!(
        status(fixture.get("/files/search", &[("path", "src")])).await,
        400
    );
}

#[tokio::test]
async fn find_reports_lines_of_text_files() {
    let fixture = Fixture::new();
    let work_dir = fixture.work_dir();
    fs::write(work_dir.join("a.txt"), "one\r\ntwo needle\nthree").unwrap();
    fs::write(work_dir.join("binary"), b"\0needle\n").unwrap();
    symlink("a.txt", work_dir.join("link")).unwrap();

    let query = [("path", "."), ("pattern", "needle")];
    assert_eq!(
        json(fixture.get("/files/find", &query)).await,
        json!([{ "file": "a.txt", "line": 2, "content": "two needle" }])
    );
}

#[tokio::test]
async fn the_dirs_are_real_and_apart() {
    let fixture = Fixture::new();
    let work_dir = json(fixture.get("/work-dir", &[])).await;
    let home = json(fixture.get("/user-home-dir", &[])).await;

    assert_eq!(work_dir, json!({ "dir": fixture.work_dir() }));
    assert_ne!(work_dir, home);
    assert_eq!(
        json(fixture.get("/project-dir", &[])).await,
        home,
        "an alias of home"
    );
}

#[tokio::test]
async fn the_api_reaches_the_same_daemon() {
    let fixture = Fixture::new();
    let made = fixture.routed(Method::POST, "/files/folder?path=made+here");
    assert_eq!(status(made).await, 201);

    let list = json(fixture.routed(Method::GET, "/files")).await;
    assert_eq!(list, json(fixture.get("/files/", &[])).await);
    assert_eq!(names(&list), ["made here"]);
    let deleted = fixture.routed(Method::DELETE, "/files?path=made+here&recursive=true");
    assert_eq!(status(deleted).await, 204);
}

#[tokio::test]
async fn replace_goes_through_all_files_and_tells_of_each() {
    let fixture = Fixture::new();
    let file = fixture.work_dir().join("f");
    fs::write(&file, "a b a").unwrap();

    let request = json!({ "files": ["f", "missing"], "pattern": "a", "newValue": "c" });
    let results = json(fixture.proxy(Method::POST, "/files/replace").json(&request)).await;

    assert_eq!(
        results,
        json!([
            { "file": "f", "success": true },
            { "file": "missing", "success": false, "error": "open missing: no such file or directory" },
        ])
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), "c b c");
    let nothing = fixture.proxy(Method::POST, "/files/replace");
    assert_eq!(status(nothing).await, 400);
}
