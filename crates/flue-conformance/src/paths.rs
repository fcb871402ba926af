//! How paths are resolved: by their words alone, from the base directory.

use crate::bench::{Bench, ONE, PLAIN, quoted};
use crate::case::{Case, cases};
use crate::check::{Outcome, ensure, same};

/// A path, and what `resolve_path` makes of it; `{}` is the base directory.
const RESOLVED: [(&str, &str, &str); 18] = [
    ("name", "a", "{}/a"),
    ("folder_and_name", "a/b", "{}/a/b"),
    ("empty", "", "{}"),
    ("dot", ".", "{}"),
    ("dot_and_dot_dot", "./a/../b", "{}/b"),
    ("dots_in_the_middle", "a/./b/./c", "{}/a/b/c"),
    ("doubled_and_trailing_slashes", "a//b/", "{}/a/b"),
    (
        "dot_dot_stops_at_the_top",
        "../../../../../../../../../../../../../../../../../../x",
        "/x",
    ),
    ("absolute", "/abs/q", "/abs/q"),
    ("absolute_with_dot_dot", "/abs/../q", "/q"),
    ("absolute_above_the_top", "/../../q", "/q"),
    ("top", "/", "/"),
    ("doubled_leading_slash", "//a", "/a"),
    ("tilde_is_a_name", "~/x", "{}/~/x"),
    ("three_dots_are_a_name", "...", "{}/..."),
    ("backslash_is_no_separator", r"a\b", r"{}/a\b"),
    ("blanks_are_kept", " a ", "{}/ a "),
    ("variables_are_not_expanded", "$HOME", "{}/$HOME"),
];

pub(crate) fn cases() -> Vec<Case> {
    let resolved = RESOLVED.into_iter().map(|(word, path, expected)| {
        Case::new(format!("resolve_path/{word}"), move |bench| {
            Box::pin(resolves(bench, path, expected))
        })
    });
    let mut cases = cases!["paths":
        resolved_base_is_normalised,
        relative_paths_start_at_the_base,
        absolute_paths_stand_alone,
        dot_dot_leads_out_of_the_base,
        dot_dot_does_not_follow_links,
        trailing_slash_means_nothing,
        every_method_takes_relative_paths,
        commands_see_the_same_files,
    ];
    cases.extend(resolved);
    cases
}

async fn resolves(bench: &Bench<'_>, path: &str, expected: &str) -> Outcome {
    let base = bench.base_path();
    let expected = expected.replace("{}", base.trim_end_matches('/'));
    same("the path", bench.base.resolve_path(path), expected)
}

async fn resolved_base_is_normalised(bench: &Bench<'_>) -> Outcome {
    let base = bench.base.resolve_path("");
    same(
        "the base, resolved once more",
        bench.base.resolve_path(&base),
        base.as_str(),
    )?;
    let parts = base.split('/').skip(1).collect::<Vec<_>>();
    let is_normal = base == "/" || !parts.iter().any(|part| matches!(*part, "" | "." | ".."));
    ensure(
        base.starts_with('/') && is_normal,
        "the resolved base is not in its shortest form",
    )
}

async fn relative_paths_start_at_the_base(bench: &Bench<'_>) -> Outcome {
    let relative = bench.below_the_base("here.txt")?;
    bench.base.write_file(&relative, b"here").await?;
    let base = quoted(bench.base.cwd());
    let command = format!("cd {base} && cat {relative}");
    same("what a command reads", bench.shell(&command).await?, "here")
}

async fn absolute_paths_stand_alone(bench: &Bench<'_>) -> Outcome {
    bench.give("here.txt", "here").await?;
    let absolute = format!("{}/here.txt", bench.env.cwd());
    same("the file", bench.env.read_file(&absolute).await?, "here")?;
    ensure(
        bench.env.stat("/").await?.is_directory(),
        "`/` is no folder",
    )
}

async fn dot_dot_leads_out_of_the_base(bench: &Bench<'_>) -> Outcome {
    bench.give("inner/../outer.txt", "outer").await?;
    same("the files", bench.names(".").await?, ["outer.txt"])?;
    let above = bench.env.exists("..").await?;
    ensure(above, "the folder above the directory does not exist")
}

async fn dot_dot_does_not_follow_links(bench: &Bench<'_>) -> Outcome {
    bench
        .shell("mkdir -p real/deep && ln -s real/deep link")
        .await?;
    bench.give("link/../note.txt", "note").await?;
    bench.shell("test -f note.txt").await?;
    bench.holds("test ! -e real/note.txt").await
}

async fn trailing_slash_means_nothing(bench: &Bench<'_>) -> Outcome {
    bench.env.mkdir("folder/", PLAIN).await?;
    bench.give("folder/file/", "content").await?;
    same(
        "the file",
        bench.env.read_file("folder/file").await?,
        "content",
    )?;
    same("the names", bench.names("folder/").await?, ["file"])
}

async fn every_method_takes_relative_paths(bench: &Bench<'_>) -> Outcome {
    let env = &bench.env;
    env.mkdir("folder", PLAIN).await?;
    env.write_file("folder/file", b"x").await?;
    same("the text", env.read_file("./folder/file").await?, "x")?;
    same(
        "the bytes",
        env.read_file_buffer("folder//file").await?,
        *b"x",
    )?;
    ensure(
        env.stat("folder/../folder").await?.is_directory(),
        "the folder is none",
    )?;
    ensure(env.exists("folder/file").await?, "the file does not exist")?;
    same("the names", env.readdir("folder").await?, ["file"])?;
    env.rm("folder/file", ONE).await?;
    same(
        "the names after the removal",
        env.readdir("folder").await?,
        Vec::<String>::new(),
    )
}

async fn commands_see_the_same_files(bench: &Bench<'_>) -> Outcome {
    bench.give("from-api.txt", "from the api").await?;
    let seen = bench.shell("cat from-api.txt").await?;
    same("what a command reads", seen, "from the api")?;
    bench.shell("printf 'from a command' > from-shell").await?;
    same(
        "what a command wrote",
        bench.env.read_file("from-shell").await?,
        "from a command",
    )?;
    let absolute = bench.env.resolve_path("from-shell");
    let seen = bench.base.read_file(&absolute).await?;
    same(
        "what a command wrote, by its absolute path",
        seen,
        "from a command",
    )
}
