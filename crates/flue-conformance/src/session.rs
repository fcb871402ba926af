//! What a factory hands out.

use crate::bench::{Bench, session};
use crate::case::{Case, cases};
use crate::check::{Outcome, ensure, same};

pub(crate) fn cases() -> Vec<Case> {
    cases!["session":
        base_is_absolute,
        base_is_a_folder,
        created_twice_for_one_id_shares_files,
        created_twice_for_one_id_keeps_the_first_usable,
        created_twice_has_the_same_base,
        created_for_another_id_leaves_the_first_usable,
    ]
}

async fn base_is_absolute(bench: &Bench<'_>) -> Outcome {
    ensure(
        bench.base.cwd().starts_with('/'),
        "the base directory does not start with `/`",
    )
}

async fn base_is_a_folder(bench: &Bench<'_>) -> Outcome {
    let stat = bench.base.stat(bench.base.cwd()).await?;
    ensure(stat.is_directory(), "the base directory is no folder")
}

async fn created_twice_for_one_id_shares_files(bench: &Bench<'_>) -> Outcome {
    bench.give("shared.txt", "shared").await?;
    let again = bench
        .factory
        .create_session_env(session("conformance"))
        .await?;
    same(
        "what the second environment reads",
        again
            .read_file(&bench.below_the_base("shared.txt")?)
            .await?,
        "shared",
    )
}

async fn created_twice_for_one_id_keeps_the_first_usable(bench: &Bench<'_>) -> Outcome {
    bench.give("kept.txt", "kept").await?;
    bench
        .factory
        .create_session_env(session("conformance"))
        .await?;
    same(
        "what the first environment reads",
        bench.env.read_file("kept.txt").await?,
        "kept",
    )?;
    same(
        "what the first environment runs",
        bench.shell("cat kept.txt").await?,
        "kept",
    )
}

async fn created_twice_has_the_same_base(bench: &Bench<'_>) -> Outcome {
    let again = bench
        .factory
        .create_session_env(session("conformance"))
        .await?;
    same(
        "the base directory of the second environment",
        again.cwd(),
        bench.base.cwd(),
    )
}

async fn created_for_another_id_leaves_the_first_usable(bench: &Bench<'_>) -> Outcome {
    bench.give("kept.txt", "kept").await?;
    bench.factory.create_session_env(session("another")).await?;
    same(
        "what the first environment reads",
        bench.env.read_file("kept.txt").await?,
        "kept",
    )
}
