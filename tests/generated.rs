//! What the command leaves behind compiles, in every case in which it succeeds: clippy finds nothing.
//!
//! A case that cannot compile, whatever the command does, says why in its head. A program and a library are also held
//! against the lints of strict workspaces.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use flue_cases::{Entry, Store, Tree};
use libtest_mimic::{Arguments, Failed, Trial};
use walkdir::WalkDir;

fn main() -> ExitCode {
    let store = Store::open().expect("there is a store of cases");
    let names = store.names().into_iter();
    let names = names.filter(|name| name.starts_with("add/") || name.starts_with("update/"));
    let trials = names.filter_map(|name| {
        let files = files_to_compile(&store, &name)?;
        Some(Trial::test(name, move || {
            check(&files, &[]).map_err(Failed::from)
        }))
    });
    let strict = [
        "add/sandbox_daytona",
        "add/sandbox_docker",
        "add/module_library",
    ]
    .map(|name| {
        let files = files_to_compile(&store, name).expect("the case compiles");
        Trial::test(format!("{name} in a strict workspace"), move || {
            check(&with_expectations(files), &STRICT_LINTS).map_err(Failed::from)
        })
    });
    let trials = trials.chain(strict);
    // Each thread builds the dependencies once.
    let arguments = Arguments {
        test_threads: Some(2),
        ..Arguments::from_args()
    };
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

/// The files after the run, if that changes any, and a compiler may take them.
fn files_to_compile(store: &Store, name: &str) -> Option<Tree> {
    let case = store.case(name).ok()?;
    let after = case.expected(store.pristine()).ok()?.after;
    let has_manifest = after
        .entries()
        .any(|(path, _)| path.ends_with("Cargo.toml"));
    let can_compile = has_manifest && case.cannot_compile.is_none() && after != case.before;
    can_compile.then_some(after)
}

fn find_manifest(tree: &Path) -> Option<PathBuf> {
    let entries = WalkDir::new(tree)
        .follow_links(true)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok);
    entries
        .map(walkdir::DirEntry::into_path)
        .find(|path| path.ends_with("Cargo.toml"))
}

/// The lints that the adapters trip: `expect` would complain as soon as the function is used, as it is in most projects; `alloc`
/// needs an `extern crate` that no other project wants in such a file.
const TRIPS: &str = "clippy::allow_attributes, clippy::std_instead_of_alloc";

/// `files` with a head for the program, and the adapter with the lints that it is known to trip. One that it no longer trips is
/// an error, too.
fn with_expectations(mut files: Tree) -> Tree {
    let reason = "known";
    let adapter = format!("#![expect({TRIPS}, reason = {reason:?})]\n");
    let heads = [
        ("src/main.rs", "//! An agent.\n\n"),
        ("src/sandboxes/daytona.rs", &adapter),
        ("src/sandboxes/docker.rs", &adapter),
    ];
    for (path, head) in heads {
        let path = Path::new(path);
        if let Some(text) = files.file(path) {
            let text = [head.as_bytes(), text].concat();
            files.insert(path, Entry::File(text));
        }
    }
    files
}

/// What some widely used workspaces turn on: axum, bevy, deno, uv.
const STRICT_LINTS: [&str; 71] = [
    "missing_debug_implementations",
    "missing_docs",
    "rust_2018_idioms",
    "unreachable_pub",
    "unsafe_code",
    "unsafe_op_in_unsafe_fn",
    "unused_qualifications",
    "clippy::all",
    "clippy::pedantic",
    "clippy::alloc_instead_of_core",
    "clippy::allow_attributes",
    "clippy::allow_attributes_without_reason",
    "clippy::await_holding_lock",
    "clippy::dbg_macro",
    "clippy::doc_markdown",
    "clippy::empty_drop",
    "clippy::empty_enums",
    "clippy::empty_structs_with_brackets",
    "clippy::enum_glob_use",
    "clippy::equatable_if_let",
    "clippy::exit",
    "clippy::filter_map_next",
    "clippy::fn_params_excessive_bools",
    "clippy::get_unwrap",
    "clippy::if_let_mutex",
    "clippy::implicit_clone",
    "clippy::imprecise_flops",
    "clippy::inefficient_to_string",
    "clippy::large_futures",
    "clippy::linkedlist",
    "clippy::lossy_float_literal",
    "clippy::macro_use_imports",
    "clippy::manual_let_else",
    "clippy::match_same_arms",
    "clippy::match_wildcard_for_single_variants",
    "clippy::mem_forget",
    "clippy::must_use_candidate",
    "clippy::needless_borrow",
    "clippy::needless_continue",
    "clippy::needless_pass_by_ref_mut",
    "clippy::needless_pass_by_value",
    "clippy::nonstandard_macro_braces",
    "clippy::option_option",
    "clippy::print_stderr",
    "clippy::print_stdout",
    "clippy::ptr_as_ptr",
    "clippy::ptr_cast_constness",
    "clippy::rc_buffer",
    "clippy::rc_mutex",
    "clippy::redundant_clone",
    "clippy::redundant_closure_for_method_calls",
    "clippy::redundant_else",
    "clippy::ref_as_ptr",
    "clippy::ref_option",
    "clippy::rest_pat_in_fully_bound_structs",
    "clippy::return_self_not_must_use",
    "clippy::semicolon_if_nothing_returned",
    "clippy::single_match_else",
    "clippy::std_instead_of_alloc",
    "clippy::str_to_string",
    "clippy::suboptimal_flops",
    "clippy::todo",
    "clippy::trivially_copy_pass_by_ref",
    "clippy::undocumented_unsafe_blocks",
    "clippy::uninlined_format_args",
    "clippy::unnested_or_patterns",
    "clippy::unused_async",
    "clippy::unused_self",
    "clippy::unwrap_or_default",
    "clippy::use_self",
    "clippy::verbose_file_reads",
];

/// Checks `files` with clippy's usual lints and `lints`.
fn check(files: &Tree, lints: &[&str]) -> Result<(), String> {
    let project = tempfile::tempdir().expect("a temporary directory can be made");
    files.write(project.path());
    let manifest = find_manifest(project.path()).ok_or("no manifest")?;
    let output = Command::new(env!("CARGO"))
        .args(["clippy", "--quiet", "--offline", "--workspace"])
        .args(patch("flue-runtime"))
        .args(patch("daytona-sdk"))
        .arg("--manifest-path")
        .arg(manifest)
        .args(["--", "-D", "warnings"])
        .args(lints.iter().flat_map(|lint| ["-W", lint]))
        .env("CARGO_TARGET_DIR", target_directory())
        .env("CARGO_TERM_COLOR", "never")
        .env_remove("RUSTFLAGS")
        .stdin(Stdio::null())
        .output()
        .expect("cargo can be run");
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}

/// A directory for the builds of this thread: those in one directory would wait for each other.
fn target_directory() -> PathBuf {
    static THREADS: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static THREAD: usize = THREADS.fetch_add(1, Ordering::Relaxed);
    }
    let name = THREAD.with(|thread| format!("generated-{thread}"));
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Has the registry's crate come from this checkout.
fn patch(package: &str) -> [String; 2] {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("crates")
        .join(package);
    [
        "--config".to_owned(),
        format!(
            "patch.crates-io.{package}.path={:?}",
            path.display().to_string()
        ),
    ]
}
