//! `rm`: removes what it was told and nothing else.

use std::io::ErrorKind::{IsADirectory, NotADirectory, NotFound};

use flue_runtime::{Operation, RmOptions, SandboxError};

use crate::Failure;
use crate::bench::{Bench, ONE, PLAIN, TREE};
use crate::case::{Case, cases};
use crate::check::{Outcome, refused, refused_as, same};
use crate::profile::ForceRemoval;

const FORCE: RmOptions = RmOptions::new().with_force();
const FORCE_TREE: RmOptions = RmOptions::recursive().with_force();

pub(crate) fn cases() -> Vec<Case> {
    cases!["rm":
        file,
        empty_file,
        hidden_file,
        leaves_neighbours_alone,
        missing,
        missing_folder,
        below_a_file,
        folder_without_recursive,
        empty_folder_without_recursive,
        recursive_tree,
        recursive_empty_folder,
        recursive_hidden_and_odd_names,
        recursive_on_a_file,
        recursive_missing,
        recursive_leaves_neighbours_alone,
        recursive_does_not_follow_links_in_the_tree,
        link_to_a_file,
        link_to_a_folder,
        recursive_link_to_a_folder,
        link_to_nothing,
        name_is_free_again,
        force_on_a_file,
        force_on_nothing,
        force_on_a_folder_without_recursive,
        force_on_a_tree,
        force_on_no_tree,
    ]
}

async fn file(bench: &Bench<'_>) -> Outcome {
    bench.shell("printf x > file").await?;
    bench.env.rm("file", ONE).await?;
    bench.holds("test ! -e file").await
}

async fn empty_file(bench: &Bench<'_>) -> Outcome {
    bench.shell(": > file").await?;
    bench.env.rm("file", ONE).await?;
    bench.holds("test ! -e file").await
}

async fn hidden_file(bench: &Bench<'_>) -> Outcome {
    bench.shell(": > .file").await?;
    bench.env.rm(".file", ONE).await?;
    bench.holds("test ! -e .file").await
}

async fn leaves_neighbours_alone(bench: &Bench<'_>) -> Outcome {
    bench
        .shell("mkdir folder; : > file; : > file.txt; : > fil; : > folder/file")
        .await?;
    bench.env.rm("file", ONE).await?;
    bench
        .holds("test ! -e file && test -f file.txt && test -f fil")
        .await?;
    bench.holds("test -f folder/file").await
}

async fn missing(bench: &Bench<'_>) -> Outcome {
    let result = bench.env.rm("nothing", ONE).await;
    refused_as("removing nothing", result, &[NotFound])
}

async fn missing_folder(bench: &Bench<'_>) -> Outcome {
    let result = bench.env.rm("no/such/file", ONE).await;
    refused_as("removing from a missing folder", result, &[NotFound])
}

async fn below_a_file(bench: &Bench<'_>) -> Outcome {
    bench.shell("printf kept > file").await?;
    let result = bench.env.rm("file/below", ONE).await;
    refused_as("removing below a file", result, &[NotADirectory, NotFound])?;
    bench.holds("test -s file").await
}

async fn folder_without_recursive(bench: &Bench<'_>) -> Outcome {
    bench.shell("mkdir folder && : > folder/kept").await?;
    let result = bench.env.rm("folder", ONE).await;
    refused_as("removing a folder", result, &[IsADirectory])?;
    bench.holds("test -f folder/kept").await
}

async fn empty_folder_without_recursive(bench: &Bench<'_>) -> Outcome {
    bench.shell("mkdir folder").await?;
    let result = bench.env.rm("folder", ONE).await;
    refused_as("removing a folder", result, &[IsADirectory])?;
    bench.holds("test -d folder").await
}

async fn recursive_tree(bench: &Bench<'_>) -> Outcome {
    bench
        .shell("mkdir -p tree/a/b tree/c && : > tree/a/b/file && : > tree/file")
        .await?;
    bench.env.rm("tree", TREE).await?;
    bench.holds("test ! -e tree").await
}

async fn recursive_empty_folder(bench: &Bench<'_>) -> Outcome {
    bench.shell("mkdir folder").await?;
    bench.env.rm("folder", TREE).await?;
    bench.holds("test ! -e folder").await
}

async fn recursive_hidden_and_odd_names(bench: &Bench<'_>) -> Outcome {
    bench
        .shell("mkdir -p tree/.git 'tree/two words' && : > tree/.git/x && : > 'tree/two words/-rf'")
        .await?;
    bench.env.rm("tree", TREE).await?;
    bench.holds("test ! -e tree").await
}

async fn recursive_on_a_file(bench: &Bench<'_>) -> Outcome {
    bench.shell(": > file").await?;
    bench.env.rm("file", TREE).await?;
    bench.holds("test ! -e file").await
}

async fn recursive_missing(bench: &Bench<'_>) -> Outcome {
    let result = bench.env.rm("nothing", TREE).await;
    refused_as("removing nothing", result, &[NotFound])
}

async fn recursive_leaves_neighbours_alone(bench: &Bench<'_>) -> Outcome {
    bench
        .shell("mkdir -p a/tree/in a/tree.old && : > a/tree.old/kept && : > a/kept")
        .await?;
    bench.env.rm("a/tree", TREE).await?;
    bench
        .holds("test -f a/tree.old/kept && test -f a/kept")
        .await
}

async fn recursive_does_not_follow_links_in_the_tree(bench: &Bench<'_>) -> Outcome {
    bench
        .shell("mkdir outside tree && : > outside/kept && ln -s ../outside tree/link")
        .await?;
    bench.env.rm("tree", TREE).await?;
    bench.holds("test ! -e tree && test -f outside/kept").await
}

async fn link_to_a_file(bench: &Bench<'_>) -> Outcome {
    bench.shell(": > file && ln -s file link").await?;
    bench.env.rm("link", ONE).await?;
    bench.holds("test ! -L link && test -f file").await
}

/// Not every provider removes such a link without `recursive`. None may remove what it leads to.
async fn link_to_a_folder(bench: &Bench<'_>) -> Outcome {
    let setup = "mkdir folder && : > folder/kept && ln -s folder link";
    bench.shell(setup).await?;
    let test = match bench.env.rm("link", ONE).await {
        Ok(()) => "test ! -L link && test -f folder/kept",
        Err(_) => "test -L link && test -f folder/kept",
    };
    bench.holds(test).await
}

async fn recursive_link_to_a_folder(bench: &Bench<'_>) -> Outcome {
    let setup = "mkdir folder && : > folder/kept && ln -s folder link";
    bench.shell(setup).await?;
    bench.env.rm("link", TREE).await?;
    bench.holds("test ! -L link && test -f folder/kept").await
}

/// Not every provider finds such a link. None may say that it is removed when it is not.
async fn link_to_nothing(bench: &Bench<'_>) -> Outcome {
    bench.shell("ln -s nothing link").await?;
    let test = match bench.env.rm("link", ONE).await {
        Ok(()) => "test ! -L link",
        Err(_) => "test -L link",
    };
    bench.holds(test).await
}

async fn name_is_free_again(bench: &Bench<'_>) -> Outcome {
    bench.give("name", "x").await?;
    bench.env.rm("name", ONE).await?;
    bench.env.mkdir("name", PLAIN).await?;
    bench.env.rm("name", TREE).await?;
    bench.give("name", "y").await?;
    same("the text", bench.env.read_file("name").await?, "y")
}

async fn force_on_a_file(bench: &Bench<'_>) -> Outcome {
    bench.shell(": > file").await?;
    let test = is_forced(bench, "file", FORCE).await?;
    bench.holds(&format!("{test} file")).await
}

async fn force_on_nothing(bench: &Bench<'_>) -> Outcome {
    is_forced(bench, "nothing", FORCE).await.map(drop)
}

async fn force_on_a_folder_without_recursive(bench: &Bench<'_>) -> Outcome {
    bench.shell("mkdir folder && : > folder/kept").await?;
    let result = bench.env.rm("folder", FORCE).await;
    match &bench.profile.force {
        ForceRemoval::Supported => drop(refused("removing a folder with force", result)?),
        ForceRemoval::Refused { provider } => is_unsupported(result, provider)?,
    }
    bench.holds("test -f folder/kept").await
}

async fn force_on_a_tree(bench: &Bench<'_>) -> Outcome {
    bench.shell("mkdir -p tree/a && : > tree/a/b").await?;
    let test = is_forced(bench, "tree", FORCE_TREE).await?;
    bench.holds(&format!("{test} tree/a/b")).await
}

async fn force_on_no_tree(bench: &Bench<'_>) -> Outcome {
    is_forced(bench, "nothing", FORCE_TREE).await.map(drop)
}

/// Removes with force, or is refused, as the profile says. Comes to the shell's test of what was there before.
async fn is_forced(bench: &Bench<'_>, path: &str, options: RmOptions) -> Outcome<&'static str> {
    let result = bench.env.rm(path, options).await;
    match &bench.profile.force {
        ForceRemoval::Supported => {
            result?;
            Ok("test ! -e")
        }
        ForceRemoval::Refused { provider } => {
            is_unsupported(result, provider)?;
            Ok("test -e")
        }
    }
}

fn is_unsupported(result: Result<(), SandboxError>, expected: &str) -> Outcome {
    match refused("removing with force", result)? {
        SandboxError::OperationUnsupported {
            operation,
            provider,
            options,
            ..
        } => {
            same("the operation of the error", operation, Operation::Rm)?;
            same("the provider of the error", &*provider, expected)?;
            same("the options of the error", options, ["force"])
        }
        error => Err(Failure::new(format!(
            "removing with force: expected it to be unsupported, found {error:?}"
        ))),
    }
}
