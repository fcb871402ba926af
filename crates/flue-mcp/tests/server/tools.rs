//! What each tool does, and how it says so.

use rmcp::model::ContentBlock;
use serde_json::json;

use crate::fixture::{Fixture, texts};

#[tokio::test]
async fn the_tools_are_those_that_are_documented() {
    let fixture = Fixture::new().await;
    let tools = fixture.client.list_all_tools().await.unwrap();
    let told = tools.iter().map(|tool| {
        let annotations = tool.annotations.as_ref().unwrap();
        let hints = [
            annotations.read_only_hint,
            annotations.destructive_hint,
            annotations.open_world_hint,
        ];
        let arguments = tool.input_schema["properties"].as_object().unwrap();
        let arguments = arguments
            .keys()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(", ");
        (tool.name.as_ref(), arguments, hints)
    });
    let looks = [Some(true), None, Some(false)];
    let destroys = [Some(false), Some(true), Some(false)];
    let expected = [
        (
            "run",
            "command, cwd, env, timeout",
            [Some(false), Some(true), Some(true)],
        ),
        ("read", "limit, offset, path", looks),
        ("write", "content, path", destroys),
        ("edit", "all, new_text, old_text, path", destroys),
        ("list", "path", looks),
        ("find", "path, pattern", looks),
        ("grep", "ignore_case, include, path, pattern", looks),
        ("remove", "path, recursive", destroys),
    ];
    let expected = expected.map(|(name, arguments, hints)| (name, arguments.to_owned(), hints));
    assert_eq!(told.collect::<Vec<_>>(), expected);
    assert!(fixture.requests().is_empty(), "listing needs no sandbox");
}

#[tokio::test]
async fn the_model_is_told_what_it_works_with() {
    let fixture = Fixture::new().await;
    let told = fixture
        .client
        .peer_info()
        .unwrap()
        .instructions
        .clone()
        .unwrap();
    assert!(told.starts_with("Files and a shell in a sandbox"), "{told}");
    assert!(told.ends_with("A command has 120 s, or the `timeout` that it asks for, 600 at most. Python is installed."), "{told}");
}

#[tokio::test]
async fn a_command_tells_its_output_and_its_exit_code() {
    let fixture = Fixture::new().await;
    let result = fixture
        .call("run", json!({ "command": "echo out; exit 3" }))
        .await;
    assert_eq!(texts(&result), ["out\n", "exit code 3"]);
    assert_eq!(result.is_error, Some(false));
    assert_eq!(result.meta.unwrap()["flue/exitCode"], 3);
    let nothing = fixture.text("run", json!({ "command": "true" })).await;
    assert_eq!(nothing, "It printed nothing and succeeded.");
}

#[tokio::test]
async fn a_command_gets_its_directory_variables_and_deadline() {
    let fixture = Fixture::new().await;
    fixture.put("src/a", "");
    let arguments = json!({ "command": "ls; echo \"$NAME\"", "cwd": "src", "env": { "NAME": "it's" }, "timeout": 7 });
    assert_eq!(fixture.text("run", arguments).await, "a\nit's\n");
    let requests = fixture.loopback.requests();
    let command = requests
        .iter()
        .find(|request| request.path.ends_with("/execute"))
        .unwrap();
    assert_eq!(command.json()["timeout"], 7);
}

#[tokio::test]
async fn a_command_without_a_deadline_gets_the_usual_one() {
    let fixture = Fixture::new().await;
    fixture.text("run", json!({ "command": "echo" })).await;
    let requests = fixture.loopback.requests();
    let command = requests
        .iter()
        .find(|request| request.path.ends_with("/execute"))
        .unwrap();
    assert_eq!(command.json()["timeout"], 120);
}

#[tokio::test]
async fn files_are_written_read_edited_and_removed() {
    let fixture = Fixture::new().await;
    let path = fixture.root.join("new/notes.txt");
    let path = path.to_str().unwrap();
    let written = fixture
        .text(
            "write",
            json!({ "path": "new/notes.txt", "content": "a\nnaïve\n" }),
        )
        .await;
    assert_eq!(written, format!("`{path}` has 9 bytes now."));
    assert_eq!(
        fixture.text("read", json!({ "path": path })).await,
        "a\nnaïve\n"
    );

    let arguments = json!({ "path": "new/notes.txt", "old_text": "naïve", "new_text": "plain" });
    assert_eq!(
        fixture.text("edit", arguments).await,
        format!("Replaced in `{path}` at line 2.")
    );
    assert_eq!(fixture.holds("new/notes.txt"), "a\nplain\n");

    assert_eq!(
        fixture
            .text("remove", json!({ "path": "new/notes.txt" }))
            .await,
        format!("`{path}` is removed.")
    );
    fixture
        .text("remove", json!({ "path": "new", "recursive": true }))
        .await;
    assert_eq!(
        fixture.text("list", json!({})).await,
        "The folder is empty."
    );
}

#[tokio::test]
async fn edits_at_the_same_time_all_count() {
    let fixture = Fixture::new().await;
    let words = (0..8)
        .map(|word| format!("word {word};\n"))
        .collect::<String>();
    fixture.put("words.txt", words);
    let edit = |word: usize| {
        let arguments =
            json!({ "path": "words.txt", "old_text": format!("word {word};"), "new_text": "done" });
        fixture.texts("edit", arguments)
    };
    tokio::join!(
        edit(0),
        edit(1),
        edit(2),
        edit(3),
        edit(4),
        edit(5),
        edit(6),
        edit(7)
    );
    assert_eq!(fixture.holds("words.txt"), "done\n".repeat(8));
}

#[tokio::test]
async fn an_image_can_be_looked_at() {
    let fixture = Fixture::new().await;
    fixture.put("plot.png", b"\x89PNG\r\n\x1a\nrest");
    let result = fixture.call("read", json!({ "path": "plot.png" })).await;
    let [ContentBlock::Image(image)] = &result.content[..] else {
        panic!("{result:?}");
    };
    assert_eq!(
        (image.mime_type.as_str(), image.data.as_str()),
        ("image/png", "iVBORw0KGgpyZXN0")
    );
}

#[tokio::test]
async fn lists_show_hidden_names_and_folders() {
    let fixture = Fixture::new().await;
    for name in [
        "b.txt",
        ".hidden",
        "..odd",
        "folder/inner",
        "with blank",
        "-n",
    ] {
        fixture.put(name, "");
    }
    std::os::unix::fs::symlink("nowhere", fixture.root.join("link")).unwrap();
    let listed = fixture.text("list", json!({})).await;
    assert_eq!(
        listed,
        "-n\n..odd\n.hidden\nb.txt\nfolder/\nlink\nwith blank\n"
    );
    assert_eq!(
        fixture.text("list", json!({ "path": "folder" })).await,
        "inner\n"
    );
}
