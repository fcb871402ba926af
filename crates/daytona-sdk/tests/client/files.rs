//! Reading and writing files, in both shapes in which daemons report errors.

use std::os::unix::fs::symlink;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use daytona_loopback::{ErrorShape, Server, Zone};
use daytona_sdk::{DeleteFileOptions, ErrorKind, FileInfo, FilePermissions};
use futures_util::TryStreamExt as _;

use crate::Bench;

/// Names that queries, forms and shells like to get wrong.
const ODD_NAMES: [&str; 12] = [
    "a b",
    "a+b",
    "a%20b",
    "a#b",
    "a&b=c",
    "a?b",
    "a'\"b",
    "a\nb",
    "a\r\n--b",
    "ünï\u{1f980}",
    "a;b",
    "--flag",
];

fn plain() -> DeleteFileOptions {
    DeleteFileOptions::new()
}

fn recursive() -> DeleteFileOptions {
    DeleteFileOptions::new().recursive(true)
}

#[tokio::test]
async fn content_comes_back_as_it_was() {
    let bench = Bench::new().await;
    let fs = bench.sandbox.fs();
    let every_byte: Vec<u8> = (0..=255).cycle().take(700_000).collect();

    for content in [
        Vec::new(),
        b"text\n".to_vec(),
        b"\r\n--".to_vec(),
        every_byte,
    ] {
        fs.upload_file(content.clone(), "new/folder/file.bin")
            .await
            .unwrap();
        assert_eq!(
            fs.download_file("new/folder/file.bin").await.unwrap(),
            content
        );
    }
}

#[tokio::test]
async fn an_upload_is_a_form_with_the_path_first() {
    let bench = Bench::new().await;

    bench
        .sandbox
        .fs()
        .upload_file("content", "/tmp/../tmp/f")
        .await
        .unwrap();

    let request = bench.request();
    assert!(
        request.path.ends_with("/files/bulk-upload"),
        "{}",
        request.path
    );
    let length = request.body.len().to_string();
    assert_eq!(request.header("content-length"), Some(length.as_str()));
    let body = String::from_utf8(request.body).unwrap();
    let path = body
        .find("name=\"files[0].path\"\r\n\r\n/tmp/../tmp/f\r\n")
        .unwrap();
    assert!(path < body.find("name=\"files[0].file\"").unwrap());
}

#[tokio::test]
async fn odd_names_reach_the_server_as_they_are() {
    let bench = Bench::new().await;
    let fs = bench.sandbox.fs();
    for name in ODD_NAMES {
        let (file, folder, moved) = (
            name.to_owned(),
            format!("dir {name}"),
            format!("moved {name}"),
        );
        fs.upload_file(name, &file).await.unwrap();
        assert_eq!(fs.download_file(&file).await.unwrap(), name.as_bytes());
        assert_eq!(fs.get_file_details(&file).await.unwrap().name, name);
        fs.create_folder(&folder, 0o755).await.unwrap();
        fs.move_files(&file, &format!("{folder}/{moved}"))
            .await
            .unwrap();
        let names: Vec<_> = fs
            .list_files(&folder)
            .await
            .unwrap()
            .into_iter()
            .map(|info| info.name)
            .collect();
        assert_eq!(names, [moved]);
        fs.delete_file(&folder, recursive()).await.unwrap();
        assert_eq!(
            fs.get_file_details(&folder).await.unwrap_err().kind(),
            ErrorKind::NotFound
        );
    }
    assert!(fs.list_files("").await.unwrap().is_empty());
}

#[tokio::test]
async fn a_name_that_the_upload_would_trim_is_refused_before_any_request() {
    let bench = Bench::new().await;
    for path in [" a", "a ", "a\n", "\ta", "dir/a\u{a0}", "a\u{3000}", ""] {
        let error = bench.sandbox.fs().upload_file("x", path).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.status()),
            (ErrorKind::Validation, None),
            "{path:?}"
        );
        let empty = futures_util::stream::empty::<Result<Vec<u8>, std::io::Error>>();
        let error = bench
            .sandbox
            .fs()
            .upload_file_stream(empty, path)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Validation, "{path:?}");
    }
    assert!(bench.arrived().is_empty());
}

#[tokio::test]
async fn names_with_blanks_at_their_ends_can_be_read() {
    let bench = Bench::new().await;
    std::fs::write(bench.server.work_dir(bench.sandbox.id()).join(" a "), "x").unwrap();

    assert_eq!(bench.sandbox.fs().download_file(" a ").await.unwrap(), b"x");
    assert_eq!(
        bench
            .sandbox
            .fs()
            .get_file_details(" a ")
            .await
            .unwrap()
            .size,
        1
    );
}

#[tokio::test]
async fn details_are_those_of_the_file() {
    let bench = Bench::new().await;
    let fs = bench.sandbox.fs();
    let before = SystemTime::now() - Duration::from_secs(5);
    fs.upload_file("12345", "f").await.unwrap();
    fs.set_file_permissions("f", FilePermissions::new().mode(0o640))
        .await
        .unwrap();

    let info = fs.get_file_details("f").await.unwrap();

    assert_eq!(
        (info.name.as_str(), info.size, info.is_dir),
        ("f", 5, false)
    );
    assert_eq!(
        (info.mode.as_str(), info.permissions),
        ("-rw-r-----", Some(0o640))
    );
    assert!(info.modified.unwrap() > before);
}

#[tokio::test]
async fn the_time_of_an_old_daemon_in_a_far_zone_is_the_same_time() {
    let builder = Server::builder()
        .without_modified_at()
        .zone(Zone::fixed(330, "IST"));
    let bench = Bench::with(builder).await;
    bench.sandbox.fs().upload_file("x", "f").await.unwrap();
    let on_disk = bench
        .server
        .work_dir(bench.sandbox.id())
        .join("f")
        .metadata()
        .unwrap()
        .modified()
        .unwrap();

    let info: FileInfo = bench.sandbox.fs().get_file_details("f").await.unwrap();

    assert_eq!(info.modified, Some(on_disk));
}

#[tokio::test]
async fn a_listing_is_flat_and_sorted() {
    let bench = Bench::new().await;
    let fs = bench.sandbox.fs();
    for path in ["d/b", "d/a", "d/sub/c"] {
        fs.upload_file("x", path).await.unwrap();
    }
    let work_dir = bench.server.work_dir(bench.sandbox.id());
    symlink("nowhere", work_dir.join("d/dangling")).unwrap();

    let entries = fs.list_files("d").await.unwrap();

    let seen: Vec<_> = entries
        .iter()
        .map(|info| (info.name.as_str(), info.is_dir))
        .collect();
    assert_eq!(seen, [("a", false), ("b", false), ("sub", true)]);
}

#[tokio::test]
async fn searching_finds_names_and_finding_finds_lines() {
    let bench = Bench::new().await;
    let fs = bench.sandbox.fs();
    fs.upload_file("one\ntwo + 2\n", "src/a.rs").await.unwrap();
    fs.upload_file("two", "src/b.txt").await.unwrap();

    let names = fs.search_files("src", "*.rs").await.unwrap();
    let lines = fs.find_files("src", "two + ").await.unwrap();

    assert_eq!(names, ["src/a.rs"]);
    assert_eq!(lines.len(), 1);
    assert_eq!(
        (
            lines[0].file.as_str(),
            lines[0].line,
            lines[0].content.as_str()
        ),
        ("src/a.rs", 2, "two + 2")
    );
    assert!(fs.search_files("missing", "*").await.unwrap().is_empty());
    assert_eq!(
        fs.find_files("src", "").await.unwrap_err().kind(),
        ErrorKind::Validation
    );
}

#[tokio::test]
async fn errors_have_the_same_kinds_in_both_shapes() {
    for shape in [ErrorShape::V0_190, ErrorShape::WithSource] {
        let bench = Bench::with(Server::builder().error_shape(shape)).await;
        check_kinds(&bench).await;
    }
}

async fn check_kinds(bench: &Bench) {
    use ErrorKind::{Authorization, Conflict, NotFound, Validation};
    let fs = bench.sandbox.fs();
    fs.upload_file("x", "file").await.unwrap();
    fs.upload_file("x", "dir/file").await.unwrap();
    fs.upload_file("x", "secret/file").await.unwrap();
    bench.server.deny(bench.sandbox.id(), "secret");

    let outcomes = [
        (
            "download missing",
            fs.download_file("missing").await.err(),
            NotFound,
        ),
        (
            "stream missing",
            fs.download_file_stream("missing").await.err(),
            NotFound,
        ),
        (
            "details missing",
            fs.get_file_details("missing").await.err(),
            NotFound,
        ),
        (
            "list missing",
            fs.list_files("missing").await.err(),
            NotFound,
        ),
        (
            "delete missing",
            fs.delete_file("missing", plain()).await.err(),
            NotFound,
        ),
        (
            "delete missing tree",
            fs.delete_file("missing", recursive()).await.err(),
            NotFound,
        ),
        (
            "move missing",
            fs.move_files("missing", "there").await.err(),
            NotFound,
        ),
        (
            "move nowhere",
            fs.move_files("file", "no/parent").await.err(),
            NotFound,
        ),
        (
            "move over",
            fs.move_files("file", "dir/file").await.err(),
            Conflict,
        ),
        (
            "details through a file",
            fs.get_file_details("file/x").await.err(),
            Validation,
        ),
        ("list a file", fs.list_files("file").await.err(), Validation),
        (
            "download a folder",
            fs.download_file("dir").await.err(),
            Validation,
        ),
        (
            "delete a folder",
            fs.delete_file("dir", plain()).await.err(),
            Validation,
        ),
        (
            "upload over a folder",
            fs.upload_file("x", "dir").await.err(),
            Validation,
        ),
        (
            "folder over a file",
            fs.create_folder("file", 0o755).await.err(),
            Validation,
        ),
        (
            "details without a path",
            fs.get_file_details("").await.err(),
            Validation,
        ),
        (
            "download denied",
            fs.download_file("secret/file").await.err(),
            Authorization,
        ),
        (
            "upload denied",
            fs.upload_file("x", "secret/file").await.err(),
            Authorization,
        ),
        (
            "list denied",
            fs.list_files("secret").await.err(),
            Authorization,
        ),
    ];

    for (case, error, kind) in outcomes {
        let error = error.unwrap_or_else(|| panic!("{case}: no error"));
        assert_eq!(error.kind(), kind, "{case}: {error:?}");
        assert!(
            error.status().is_some() && !error.message().is_empty(),
            "{case}: {error:?}"
        );
    }
    let missing = fs.download_file("missing").await.unwrap_err().to_string();
    assert!(
        missing.starts_with("`download_file` of `missing` failed: "),
        "{missing}"
    );
}

#[tokio::test]
async fn a_mode_that_is_none_is_refused_before_any_request() {
    let bench = Bench::new().await;
    let fs = bench.sandbox.fs();
    let beyond = FilePermissions::new().mode(0o10000);

    let errors = [
        fs.create_folder("new", 0o10000).await.unwrap_err(),
        fs.set_file_permissions("new", beyond).await.unwrap_err(),
    ];

    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Validation);
        assert_eq!(error.message(), "the mode 0o10000 is above 0o7777");
    }
    assert!(bench.arrived().is_empty());
}

/// The system says of such a file that it is empty.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_whose_size_is_not_told_is_read_to_its_end() {
    let bench = Bench::new().await;
    let fs = bench.sandbox.fs();
    let path = "/proc/sys/kernel/ostype";

    assert_eq!(fs.download_file(path).await.unwrap(), b"Linux\n");
    let download = fs.download_file_stream(path).await.unwrap();
    let content: Vec<Bytes> = download.try_collect().await.unwrap();
    assert_eq!(content.concat(), b"Linux\n");
}

#[tokio::test]
async fn content_that_looks_like_the_end_of_a_download_is_content() {
    let bench = Bench::new().await;
    let fs = bench.sandbox.fs();
    for content in [
        "\r\n--DAYTONA-FILE-BOUNDARY--\r\n",
        "--DAYTONA-FILE-BOUNDARY--",
        "a\r\n\r\n--DAYTONA-FILE-BOUNDARY\r\nContent-Disposition: form-data; name=\"error\"\r\n\r\nb",
        "\r\n",
    ] {
        fs.upload_file(content, "f;name=\"error\"").await.unwrap();
        let path = "f;name=\"error\"";
        assert_eq!(fs.download_file(path).await.unwrap(), content.as_bytes());
        let download = fs.download_file_stream(path).await.unwrap();
        let pieces: Vec<Bytes> = download.try_collect().await.unwrap();
        assert_eq!(pieces.concat(), content.as_bytes());
    }
}

#[tokio::test]
async fn a_folder_is_not_moved_into_itself() {
    let bench = Bench::new().await;
    let fs = bench.sandbox.fs();
    fs.upload_file("x", "d/f").await.unwrap();
    bench.server.clear_requests();

    for (source, destination) in [
        ("d", "d/x"),
        ("./d/", "d//x"),
        ("/d", "/d/../d/x/y"),
        ("/", "/x"),
    ] {
        let error = fs.move_files(source, destination).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Validation, "{destination}");
    }
    assert!(bench.arrived().is_empty());

    fs.move_files("d", "dx").await.unwrap();
    fs.move_files("dx/f", "./dx/../f").await.unwrap();
    assert_eq!(fs.download_file("f").await.unwrap(), b"x");
}

#[tokio::test]
async fn later_daemons_give_codes() {
    let bench = Bench::with(Server::builder().error_shape(ErrorShape::WithSource)).await;
    let error = bench
        .sandbox
        .fs()
        .download_file("missing")
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("FILE_NOT_FOUND"));
}

#[tokio::test]
async fn an_unknown_sandbox_is_told_as_far_as_the_proxy_tells_it() {
    let bench = Bench::new().await;
    bench.server.remove_sandbox(bench.sandbox.id());
    let error = bench.sandbox.fs().get_file_details("f").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
}
