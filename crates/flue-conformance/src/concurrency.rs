//! Calls at the same time do not disturb each other.

use flue_runtime::{ExecOptions, SandboxError};

use crate::bench::{Bench, Call, PLAIN, TREE, WITH_PARENTS, all_at_once, text_of, with_variable};
use crate::case::{Case, cases};
use crate::check::{Outcome, ensure, same};

const CALLS: usize = 16;

pub(crate) fn cases() -> Vec<Case> {
    cases!["at_once":
        commands,
        commands_with_variables,
        writes_of_different_files,
        writes_into_one_missing_folder,
        recursive_mkdir_of_one_folder,
        reads_of_one_file,
        all_kinds_of_calls,
    ]
}

async fn commands(bench: &Bench<'_>) -> Outcome {
    let commands = (0..CALLS).map(|number| format!("echo {number}; exit {number}"));
    let commands = commands.collect::<Vec<_>>();
    let calls = commands
        .iter()
        .map(|command| bench.env.exec(command, ExecOptions::default()));
    for (number, result) in all_at_once(calls.collect()).await.into_iter().enumerate() {
        let result = result?;
        same("the output", result.stdout, format!("{number}\n"))?;
        same(
            "the exit code",
            usize::try_from(result.exit_code).ok(),
            Some(number),
        )?;
    }
    Ok(())
}

async fn commands_with_variables(bench: &Bench<'_>) -> Outcome {
    let calls = (0..CALLS).map(|number| {
        let options = with_variable("NUMBER", &number.to_string());
        bench.env.exec("echo $NUMBER", options)
    });
    for (number, result) in all_at_once(calls.collect()).await.into_iter().enumerate() {
        same("the value", text_of(result)?, format!("{number}\n"))?;
    }
    Ok(())
}

/// Files `f0`, `f1`, … in a folder, each with its own content of 64 KiB.
async fn writes_files(bench: &Bench<'_>, folder: &str) -> Outcome {
    let files = (0..CALLS).map(|number| {
        let content = format!("{number:04}").repeat(1 << 14);
        (format!("{folder}/f{number}"), content)
    });
    let files = files.collect::<Vec<_>>();
    let writes = files
        .iter()
        .map(|(path, content)| bench.env.write_file(path, content.as_bytes()));
    let results = all_at_once(writes.collect()).await;
    results.into_iter().collect::<Result<(), SandboxError>>()?;
    for (path, content) in &files {
        let found = bench.env.read_file(path).await?;
        ensure(&found == content, &format!("`{path}` has another content"))?;
    }
    same(
        "the number of files",
        bench.names(folder).await?.len(),
        CALLS,
    )
}

async fn writes_of_different_files(bench: &Bench<'_>) -> Outcome {
    writes_files(bench, ".").await
}

async fn writes_into_one_missing_folder(bench: &Bench<'_>) -> Outcome {
    writes_files(bench, "a/b/c").await
}

async fn recursive_mkdir_of_one_folder(bench: &Bench<'_>) -> Outcome {
    let calls = (0..CALLS).map(|_| bench.env.mkdir("a/b/c", WITH_PARENTS));
    let results = all_at_once(calls.collect()).await;
    results.into_iter().collect::<Result<(), SandboxError>>()?;
    bench.holds("test -d a/b/c").await
}

async fn reads_of_one_file(bench: &Bench<'_>) -> Outcome {
    let content = "content ".repeat(1 << 14);
    bench.give("file", &content).await?;
    let calls = (0..CALLS).map(|_| bench.env.read_file("file"));
    for text in all_at_once(calls.collect()).await {
        ensure(text? == content, "a reader got another content")?;
    }
    Ok(())
}

async fn all_kinds_of_calls(bench: &Bench<'_>) -> Outcome {
    bench.give("file", "content").await?;
    let env = &bench.env;
    let rounds = (0..4).map(|number| -> Call<'_, Outcome> {
        Box::pin(async move {
            let folder = format!("folder{number}");
            env.mkdir(&folder, PLAIN).await?;
            env.write_file(&format!("{folder}/file"), folder.as_bytes())
                .await?;
            same("the shared file", env.read_file("file").await?, "content")?;
            same("the names", env.readdir(&folder).await?, ["file"])?;
            let output = bench.shell(&format!("cat {folder}/file")).await?;
            same("what a command reads", output, folder.as_str())?;
            env.rm(&folder, TREE).await?;
            same("whether it exists", env.exists(&folder).await?, false)
        })
    });
    all_at_once(rounds.collect()).await.into_iter().collect()
}
