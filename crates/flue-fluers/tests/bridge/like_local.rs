//! The same calls in fluers' own local sandbox and through the bridge: the answers have to be the same.

use std::fs::{self, hard_link};
use std::os::unix::fs::symlink;
use std::path::Path;

use daytona_loopback::Server;
use fluers_runtime::{LocalSandbox, RuntimeResult, Sandbox as _, SessionEnv};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::fixture::{Fixture, kind_of};

const NO_LIMIT: usize = usize::MAX;

fn build_tree(root: &Path, outside: &Path) {
    for folder in ["empty", "src/deep", "-dash", "with space", "src/[ab]"] {
        fs::create_dir_all(root.join(folder)).unwrap();
    }
    let files: [(&str, &[u8]); 17] = [
        ("top.rs", b"fn top() {}\n"),
        ("src/a.rs", b"fn a() {}\nfn b() {}\n"),
        ("src/deep/b.rs", b"// fn\r\nfn deep() {}"),
        ("src/.hidden.rs", b"fn hidden() {}\n"),
        ("src/[ab]/a", b"fn bracket() {}\n"),
        ("src/back\\slash.rs", b""),
        ("empty.txt", b""),
        ("flags.txt", b"-n\n--\n"),
        ("lines.txt", b"1\n2\n3\n4\n5\n"),
        ("no-newline.txt", b"1\n2"),
        ("accents.txt", "ééééé".as_bytes()),
        ("latin1.txt", b"caf\xe9 fn\n"),
        ("-dash/-n", b"fn dash() {}\n"),
        ("with space/it's \"here\"", b"fn quoted() {}\n"),
        ("with space/$(touch evil)`touch evil`", b"fn evil() {}\n"),
        ("with space/colon:1:x", b"fn colon() {}\n"),
        ("with space/ünï", b"fn unicode() {}\n"),
    ];
    for (path, content) in files {
        fs::write(root.join(path), content).unwrap();
    }
    fs::write(outside.join("secret.rs"), "fn secret() {}\n").unwrap();
    symlink(outside, root.join("link-out")).unwrap();
    symlink("src", root.join("link-in")).unwrap();
    symlink("top.rs", root.join("link-file")).unwrap();
    symlink("nothing", root.join("link-broken")).unwrap();
    fs::write(root.join("hard.txt"), "hard\n").unwrap();
    hard_link(root.join("hard.txt"), root.join("hard-too.txt")).unwrap();
}

/// Two environments over trees that are the same.
struct Both {
    local: std::sync::Arc<dyn SessionEnv>,
    bridge: Fixture,
    local_root: TempDir,
    _outside: TempDir,
}

impl Both {
    async fn new() -> Self {
        Self::over(Fixture::new().await).await
    }

    async fn over(bridge: Fixture) -> Self {
        let local_root = TempDir::new().unwrap();
        let outside = TempDir::new().unwrap();
        build_tree(local_root.path(), outside.path());
        build_tree(&bridge.root, outside.path());
        let local = LocalSandbox::new(local_root.path());
        Self {
            local: local.env_for(local_root.path()).await.unwrap(),
            bridge,
            local_root,
            _outside: outside,
        }
    }

    fn check<T: std::fmt::Debug>(
        &self,
        what: &str,
        local: RuntimeResult<T>,
        bridge: RuntimeResult<T>,
    ) -> String {
        let answer = |result: RuntimeResult<T>| match result {
            Ok(value) => format!("{value:?}"),
            Err(error) => kind_of(&error),
        };
        let (local, bridge) = (answer(local), answer(bridge));
        assert_eq!(bridge, local, "{what}");
        bridge
    }

    async fn read(&self, path: &str, max_lines: usize, max_bytes: usize) -> String {
        let name = Path::new(path);
        let local = self.local.read_file(name, max_lines, max_bytes).await;
        let bridge = self.bridge.env.read_file(name, max_lines, max_bytes).await;
        self.check(
            &format!("read {path:?} {max_lines} {max_bytes}"),
            local,
            bridge,
        )
    }

    async fn read_full(&self, path: &str, max_bytes: usize) -> String {
        let name = Path::new(path);
        let local = self.local.read_file_full(name, max_bytes).await;
        let bridge = self.bridge.env.read_file_full(name, max_bytes).await;
        self.check(
            &format!("read {path:?} in full, {max_bytes}"),
            local,
            bridge,
        )
    }

    async fn write(&self, path: &str, content: &str) -> String {
        let name = Path::new(path);
        let local = self.local.write_file(name, content).await;
        let bridge = self.bridge.env.write_file(name, content).await;
        let answer = self.check(&format!("write {path:?}"), local, bridge);
        let left = fs::read(self.bridge.root.join(path)).ok();
        assert_eq!(
            left,
            fs::read(self.local_root.path().join(path)).ok(),
            "{path:?}"
        );
        answer
    }

    async fn glob(&self, pattern: &str) -> String {
        let local = self.local.glob(pattern, NO_LIMIT).await;
        let bridge = self.bridge.env.glob(pattern, NO_LIMIT).await;
        self.check(&format!("glob {pattern:?}"), local, bridge)
    }

    async fn grep(&self, pattern: &str, paths: &[&str]) -> String {
        let local = self.local.grep(pattern, paths, NO_LIMIT).await;
        // The bridge alone promises an order. Local results are in that of the folders on the disk.
        let local = local.map(|mut matches| {
            matches.sort();
            matches
        });
        let bridge = self.bridge.env.grep(pattern, paths, NO_LIMIT).await;
        let bridge = bridge.map(|mut matches| {
            matches.sort();
            matches
        });
        self.check(&format!("grep {pattern:?} {paths:?}"), local, bridge)
    }

    async fn exec_in(&self, cwd: &str) -> String {
        let cancel = CancellationToken::new();
        let (command, cwd_path) = ("ls; exit 3", Path::new(cwd));
        let local = self.local.exec(command, cwd_path, None, &cancel).await;
        let bridge = self.bridge.env.exec(command, cwd_path, None, &cancel).await;
        self.check(&format!("exec in {cwd:?}"), local, bridge)
    }
}

/// Paths that lead out by their words, or would without the folder in front.
const OUTSIDE: [&str; 5] = [
    "/etc/passwd",
    "../x",
    "src/../top.rs",
    "..",
    "link-in/../top.rs",
];

#[tokio::test]
async fn reads_are_the_same() {
    let both = Both::new().await;
    for path in [
        "top.rs",
        "./src//a.rs",
        "lines.txt",
        "no-newline.txt",
        "empty.txt",
        "accents.txt",
    ] {
        for max_lines in [0, 1, 2, 5, 6, NO_LIMIT] {
            for max_bytes in [0, 1, 3, 4, 5, 9, 10, 11, 12, NO_LIMIT] {
                both.read(path, max_lines, max_bytes).await;
            }
        }
    }
    for path in [
        "-dash/-n",
        "with space/it's \"here\"",
        "with space/$(touch evil)`touch evil`",
        "src/[ab]/a",
    ] {
        assert!(both.read(path, 1, 1000).await.starts_with("\"fn"));
        both.read(path, 9, 3).await;
    }
    assert_eq!(both.read("nothing", 9, 99).await, "Io(NotFound)");
    assert_eq!(both.read("no/thing", 9, 99).await, "Io(NotFound)");
    assert_eq!(both.read("top.rs/x", 9, 99).await, "Io(NotADirectory)");
    assert_eq!(both.read("src", 9, 99).await, "Sandbox");
    assert_eq!(both.read(".", 9, 99).await, "Sandbox");
    assert_eq!(both.read("", 9, 99).await, "Sandbox");
    assert_eq!(both.read("latin1.txt", 9, 99).await, "Io(InvalidData)");
    for path in OUTSIDE {
        assert_eq!(both.read(path, 9, 99).await, "Sandbox", "{path:?}");
    }
}

#[tokio::test]
async fn full_reads_are_the_same() {
    let both = Both::new().await;
    for max_bytes in [9, 10, 11, NO_LIMIT] {
        both.read_full("lines.txt", max_bytes).await;
    }
    assert_eq!(
        both.read_full("./lines.txt", 9).await,
        "FileTooLarge(./lines.txt, 10, 9)"
    );
    assert_eq!(both.read_full("nothing", 9).await, "Io(NotFound)");
    assert_eq!(both.read_full("latin1.txt", 99).await, "Io(InvalidData)");
    assert_eq!(both.read_full("src", 9).await, "Sandbox");
    for path in OUTSIDE {
        assert_eq!(both.read_full(path, 99).await, "Sandbox", "{path:?}");
    }
}

#[tokio::test]
async fn writes_are_the_same() {
    let both = Both::new().await;
    for path in [
        "new.txt",
        "./a/b//c.txt",
        "top.rs",
        "-dash/-x",
        "with space/it's \"new\"",
        "line\nbreak",
    ] {
        assert_eq!(both.write(path, "fn new\n").await, "()", "{path:?}");
    }
    assert_eq!(
        both.write("top.rs", "").await,
        "()",
        "the old content is gone"
    );
    assert_eq!(both.write("src", "x").await, "Io(IsADirectory)");
    assert_eq!(both.write("lines.txt/x", "x").await, "Io(NotADirectory)");
    assert_eq!(both.write(".", "x").await, "Sandbox");
    for path in OUTSIDE {
        assert_eq!(both.write(path, "evil").await, "Sandbox", "{path:?}");
    }
}

#[tokio::test]
async fn globs_are_the_same() {
    let both = Both::new().await;
    assert_eq!(both.glob("**/*.rs").await, "[]", "there is no folder `**`");
    assert_eq!(both.glob("src/deep/*.rs").await, "[\"src/deep/b.rs\"]");
    let patterns = [
        "*.rs",
        "*",
        "**",
        "?",
        "??",
        "",
        ".",
        "src",
        "src/",
        "src/*",
        "./src/?.rs",
        "src/*.rs",
        "SRC/*",
        "nothing/*",
        "top.rs/*",
        "link-in/*",
        "link-out/*",
        "link*",
        "[ab]",
        "src/[ab]/*",
        "*\\*",
        "*'*",
        "* *",
        "-*",
        "-dash/*",
        "*.{rs,txt}",
        "with space/*",
        "*ü*",
        "empty/*",
        "*$(*",
        "a*b*.rs",
        "*.rs/x",
    ];
    for pattern in patterns {
        both.glob(pattern).await;
    }
    for pattern in ["/etc/*", "../*", "src/../*", "*/.."] {
        assert_eq!(both.glob(pattern).await, "Sandbox", "{pattern:?}");
    }
}

#[tokio::test]
async fn greps_are_the_same() {
    let both = Both::new().await;
    let found = both.grep("fn", &["src/deep", "-dash", "with space"]).await;
    assert!(
        found.contains("with space/colon:1:x:1:fn colon() {}"),
        "{found}"
    );
    assert!(!both.grep("secret", &[]).await.contains("secret"));
    for pattern in ["nowhere", "^fn [ab]()", "it's", "-n", "", "hard"] {
        for paths in [
            &["src", "with space"][..],
            &["."],
            &["lines.txt", "no-newline.txt", "hard.txt", "flags.txt"],
        ] {
            // What starts the pattern here is a flag for a careless command.
            both.grep(pattern, paths).await;
        }
    }
    for path in OUTSIDE {
        assert_eq!(
            both.grep("fn", &["top.rs", path]).await,
            "Sandbox",
            "{path:?}"
        );
    }
    assert_eq!(
        both.grep("fn", &["top.rs", "nothing"]).await,
        "Io(NotFound)"
    );
}

#[tokio::test]
async fn directories_of_commands_are_the_same() {
    let both = Both::new().await;
    for cwd in [".", "", "src", "./with space/", "-dash", "src/[ab]"] {
        assert!(both.exec_in(cwd).await.contains("exit_code: 3"), "{cwd:?}");
    }
    assert_eq!(both.exec_in("nothing").await, "Io(NotFound)");
    assert_eq!(both.exec_in("top.rs").await, "Io(NotADirectory)");
    for cwd in ["/", "/tmp", "..", "src/..", "link-in/.."] {
        assert_eq!(both.exec_in(cwd).await, "Sandbox", "{cwd:?}");
    }
}

/// The local sandbox leaves to Linux whether a link where a folder belongs is called a link or no folder; here it is one.
#[tokio::test]
async fn links_are_refused_by_both() {
    let both = Both::new().await;
    let cancel = CancellationToken::new();
    for path in [
        "link-file",
        "link-broken",
        "link-in/a.rs",
        "link-out/secret.rs",
        "hard.txt",
    ] {
        let name = Path::new(path);
        both.local.read_file(name, 9, 99).await.unwrap_err();
        both.local.read_file_full(name, 99).await.unwrap_err();
        both.local.write_file(name, "evil").await.unwrap_err();
        let env = &both.bridge.env;
        let errors = [
            env.read_file(name, 9, 99).await.unwrap_err(),
            env.read_file_full(name, 99).await.unwrap_err(),
            env.write_file(name, "evil").await.unwrap_err(),
        ];
        assert!(
            errors.iter().all(|error| kind_of(error) == "Sandbox"),
            "{path:?}: {errors:?}"
        );
    }
    for path in ["link-in", "link-out", "link-in/deep", "link-broken"] {
        let name = Path::new(path);
        both.local
            .exec("true", name, None, &cancel)
            .await
            .unwrap_err();
        both.local.grep("fn", &[path], 9).await.unwrap_err();
        let env = &both.bridge.env;
        let errors = [
            env.exec("true", name, None, &cancel).await.unwrap_err(),
            env.grep("fn", &["top.rs", path], 9).await.unwrap_err(),
        ];
        assert!(
            errors.iter().all(|error| kind_of(error) == "Sandbox"),
            "{path:?}: {errors:?}"
        );
    }
    let content = |path| fs::read_to_string(both.bridge.root.join(path)).unwrap();
    assert_eq!(
        (content("top.rs"), content("hard-too.txt")),
        ("fn top() {}\n".to_owned(), "hard\n".to_owned())
    );
    assert!(!both.bridge.root.join("nothing").exists());
}

#[tokio::test]
async fn the_shell_of_the_sandbox_does_not_matter() {
    // A shell that knows nothing but how to start another, and talks while it does.
    let folder = TempDir::new().unwrap();
    let shell = folder.path().join("odd-shell");
    fs::write(
        &shell,
        "#!/bin/sh\necho 'odd-shell: warning: no such locale' >&2\nexec /bin/sh\n",
    )
    .unwrap();
    make_executable(&shell);
    let both = Both::over(Fixture::of(Server::builder().shell(shell)).await).await;
    both.read("lines.txt", 9, 4).await;
    assert_eq!(both.read("link-file", 9, 4).await, "Sandbox");
    both.glob("*.rs").await;
    both.grep("fn", &["src"]).await;
}

fn make_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}
