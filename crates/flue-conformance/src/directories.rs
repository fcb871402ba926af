//! `cwd` of `exec`: where a command runs.

use std::io::ErrorKind::{NotADirectory, NotFound};

use flue_runtime::ExecOptions;

use crate::bench::{Bench, in_directory, text_of};
use crate::case::{Case, cases};
use crate::check::{Outcome, refused_as, same};

pub(crate) fn cases() -> Vec<Case> {
    cases!["exec_cwd":
        absent_is_the_base,
        empty_is_the_base,
        relative,
        absolute,
        dot_dot,
        top,
        through_a_link,
        odd_name,
        files_are_made_there,
        missing_is_an_error_not_a_failing_command,
        file_is_an_error_not_a_failing_command,
        failing_command_in_it_is_a_result,
        for_one_command_only,
    ]
}

/// The physical directory, as links in the base may lead elsewhere.
async fn directory_of(bench: &Bench<'_>, cwd: &str) -> Outcome<String> {
    text_of(bench.env.exec("pwd -P", in_directory(cwd)).await)
}

async fn absent_is_the_base(bench: &Bench<'_>) -> Outcome {
    let options = ExecOptions::default();
    let found = text_of(bench.base.exec("pwd -P", options).await)?;
    let options = in_directory(bench.base.resolve_path(""));
    let expected = text_of(bench.base.exec("pwd -P", options).await)?;
    same("the directory", found, expected)
}

async fn empty_is_the_base(bench: &Bench<'_>) -> Outcome {
    let options = in_directory(bench.base.resolve_path(""));
    let expected = text_of(bench.base.exec("pwd -P", options).await)?;
    let found = text_of(bench.base.exec("pwd -P", in_directory("")).await)?;
    same("the directory", found, expected)
}

async fn relative(bench: &Bench<'_>) -> Outcome {
    let expected = bench.shell("mkdir -p a/b && cd a/b && pwd -P").await?;
    same("the directory", directory_of(bench, "a/b").await?, expected)
}

async fn absolute(bench: &Bench<'_>) -> Outcome {
    let expected = bench.shell("mkdir -p a/b && cd a/b && pwd -P").await?;
    let path = format!("{}/a/b", bench.env.cwd());
    same("the directory", directory_of(bench, &path).await?, expected)
}

async fn dot_dot(bench: &Bench<'_>) -> Outcome {
    let expected = bench.shell("mkdir -p a b && cd b && pwd -P").await?;
    same(
        "the directory",
        directory_of(bench, "a/../b").await?,
        expected,
    )
}

async fn top(bench: &Bench<'_>) -> Outcome {
    same("the directory", directory_of(bench, "/").await?, "/\n")
}

async fn through_a_link(bench: &Bench<'_>) -> Outcome {
    let expected = bench
        .shell("mkdir real && ln -s real link && cd real && pwd -P")
        .await?;
    same(
        "the directory",
        directory_of(bench, "link").await?,
        expected,
    )
}

async fn odd_name(bench: &Bench<'_>) -> Outcome {
    let name = "it's $HOME \"x\"";
    bench.give_folder(name).await?;
    let expected = format!("{}{name}\n", bench.shell("printf %s/ \"$(pwd -P)\"").await?);
    same("the directory", directory_of(bench, name).await?, expected)
}

async fn files_are_made_there(bench: &Bench<'_>) -> Outcome {
    bench.give_folder("folder").await?;
    bench.env.exec(": > made", in_directory("folder")).await?;
    bench.holds("test -f folder/made && test ! -e made").await
}

async fn missing_is_an_error_not_a_failing_command(bench: &Bench<'_>) -> Outcome {
    let result = bench.env.exec("echo ran", in_directory("nowhere")).await;
    refused_as("running in nothing", result, &[NotFound])
}

async fn file_is_an_error_not_a_failing_command(bench: &Bench<'_>) -> Outcome {
    bench.give("file", "").await?;
    let result = bench.env.exec("echo ran", in_directory("file")).await;
    refused_as("running in a file", result, &[NotADirectory])
}

async fn failing_command_in_it_is_a_result(bench: &Bench<'_>) -> Outcome {
    bench.give_folder("folder").await?;
    let result = bench.env.exec("exit 9", in_directory("folder")).await?;
    same("the exit code", result.exit_code, 9)
}

async fn for_one_command_only(bench: &Bench<'_>) -> Outcome {
    let expected = bench.shell("mkdir folder && pwd -P").await?;
    let inner = format!("{}/folder\n", expected.trim_end_matches('\n'));
    same("the directory", directory_of(bench, "folder").await?, inner)?;
    same("the next directory", bench.shell("pwd -P").await?, expected)
}
