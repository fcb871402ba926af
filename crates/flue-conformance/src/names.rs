//! Names of files and folders: each means exactly one file, whatever is in it.

use crate::bench::{Bench, ONE, PLAIN, TREE, in_directory, quoted};
use crate::case::Case;
use crate::check::{Outcome, ensure, same};

/// Names that have to work.
const ORDINARY: [(&str, &str); 34] = [
    ("blank", "two words"),
    ("blanks", "a  b   c"),
    ("single_quote", "it's"),
    ("double_quote", "say \"hi\""),
    ("backslash", r"back\slash"),
    ("backslash_n", r"a\nb"),
    ("percent", "100%"),
    ("percent_encoding", "a%20b%2Fc"),
    ("plus", "a+b"),
    ("hash", "#anchor"),
    ("question_mark", "what?"),
    ("query", "a?b=c"),
    ("ampersand", "a&b"),
    ("semicolon", "a;b"),
    ("comma_and_equals", "a=b,c"),
    ("colon", "a:b"),
    ("pipe_and_angles", "a|b<c>d"),
    ("dollar", "$HOME"),
    ("command_substitution", "$(echo x)"),
    ("backquote", "`echo x`"),
    ("asterisk", "*"),
    ("brackets", "[a-z]"),
    ("braces", "{a,b}"),
    ("exclamation_mark", "a!b"),
    ("tilde", "~"),
    ("newline", "new\nline"),
    ("tab", "a\tb"),
    ("carriage_return", "a\rb"),
    ("unicode", "naïve – 文件 🦀"),
    ("decomposed_unicode", "e\u{301}"),
    ("leading_dash", "-rf"),
    ("leading_dot", ".hidden"),
    ("three_dots", "..."),
    ("long", LONG),
];

const LONG: &str = "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789\
0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789";

/// Names that a provider may refuse, because it would take another name for them.
const BLANK_AT_AN_END: [(&str, &str); 6] = [
    ("leading_blank", " name"),
    ("trailing_blank", "name "),
    ("leading_tab", "\tname"),
    ("trailing_newline", "name\n"),
    ("leading_no_break_space", "\u{a0}name"),
    ("trailing_ideographic_space", "name\u{3000}"),
];

pub(crate) fn cases() -> Vec<Case> {
    let files = ORDINARY.into_iter().map(|(word, name)| {
        Case::new(format!("file_name/{word}"), move |bench| {
            Box::pin(names_a_file(bench, name))
        })
    });
    let folders = ORDINARY.into_iter().map(|(word, name)| {
        Case::new(format!("folder_name/{word}"), move |bench| {
            Box::pin(names_a_folder(bench, name))
        })
    });
    let blanks = BLANK_AT_AN_END.into_iter().map(|(word, name)| {
        Case::new(
            format!("blank_in_name/{word}_is_exact_or_refused"),
            move |bench| Box::pin(is_exact_or_refused(bench, name)),
        )
    });
    files.chain(blanks).chain(folders).collect()
}

async fn names_a_file(bench: &Bench<'_>, name: &str) -> Outcome {
    let env = &bench.env;
    env.write_file(name, b"named").await?;
    same("the names in the folder", env.readdir(".").await?, [name])?;
    let path = format!("./{}", quoted(name));
    let seen = bench.shell(&format!("cat -- {path}")).await?;
    same("what a command reads", seen, "named")?;
    same("the text", env.read_file(name).await?, "named")?;
    ensure(env.exists(name).await?, "the file does not exist")?;
    ensure(env.stat(name).await?.is_file(), "the file is none")?;
    env.rm(name, ONE).await?;
    bench.holds(&format!("test ! -e {path}")).await
}

async fn names_a_folder(bench: &Bench<'_>, name: &str) -> Outcome {
    let env = &bench.env;
    env.mkdir(name, PLAIN).await?;
    same(
        "the names in the folder above",
        env.readdir(".").await?,
        [name],
    )?;
    env.write_file(&format!("{name}/file"), b"x").await?;
    same("the names", env.readdir(name).await?, ["file"])?;
    let result = env.exec("cat file", in_directory(name)).await?;
    same("what a command reads in it", result.stdout, "x")?;
    env.rm(name, TREE).await?;
    let path = quoted(name);
    bench.holds(&format!("test ! -e ./{path}")).await
}

/// Whatever is refused, the file next to it, whose name is the same without the blank, stays what it is.
async fn is_exact_or_refused(bench: &Bench<'_>, name: &str) -> Outcome {
    let env = &bench.env;
    let path = format!("./{}", quoted(name));
    bench.shell("printf neighbour > name").await?;
    if env.write_file(name, b"written").await.is_err() {
        bench.shell(&format!("test ! -e {path}")).await?;
        bench.shell(&format!("printf written > {path}")).await?;
    }
    let seen = bench.shell(&format!("cat {path}")).await?;
    same("what a command reads", seen, "written")?;
    if let Ok(text) = env.read_file(name).await {
        same("the text", text, "written")?;
    }
    if let Ok(stat) = env.stat(name).await {
        same("the size", stat.size.unwrap_or(7), 7)?;
    }
    ensure(
        env.exists(name).await.unwrap_or(true),
        "the file is said not to exist",
    )?;
    let test = match env.rm(name, ONE).await {
        Ok(()) => format!("test ! -e {path}"),
        Err(_) => format!("test -e {path}"),
    };
    bench.shell(&test).await?;
    let neighbour = bench.shell("cat name").await?;
    same("the file next to it", neighbour, "neighbour")
}
