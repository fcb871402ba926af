//! `exec`: any text is run by a shell, to its end, and told apart from the other texts.

use std::time::Duration;

use flue_runtime::{ExecOptions, SandboxError};

use crate::Failure;
use crate::bench::Bench;
use crate::case::{Case, cases};
use crate::check::{Outcome, ensure, refused, same};
use crate::profile::StandardError;

const EXIT_CODES: [i32; 6] = [0, 1, 2, 42, 126, 255];

/// Commands, and what they print to their standard output.
const PRINTED: [(&str, &str, &str); 22] = [
    ("output", "echo hello", "hello\n"),
    ("no_output", "true", ""),
    ("output_without_a_final_newline", "printf hello", "hello"),
    (
        "output_with_blank_lines",
        "printf '\\n\\n a \\n\\n'",
        "\n\n a \n\n",
    ),
    ("unicode_output", "printf 'naïve 文件 🦀'", "naïve 文件 🦀"),
    (
        "several_lines",
        "echo one\necho two\n\necho three",
        "one\ntwo\nthree\n",
    ),
    ("windows_text_is_text", "printf 'a\\r\\nb'", "a\r\nb"),
    ("leading_newline", "\n\necho hello", "hello\n"),
    ("leading_blanks", "   echo hello", "hello\n"),
    ("trailing_newlines", "echo hello\n\n\n", "hello\n"),
    ("trailing_comment", "echo hello # not this", "hello\n"),
    ("comment_only", "# nothing to do", ""),
    ("comment_before_a_command", "# first\necho hello", "hello\n"),
    (
        "quotes",
        r#"printf %s "it's" ' "quoted" '"#,
        "it's \"quoted\" ",
    ),
    ("backslashes", r"printf '%s' 'a\b' a\\b", r"a\ba\b"),
    ("here_document", "cat <<END\n$((1+1)) 'x'\nEND\n", "2 'x'\n"),
    (
        "here_document_at_the_end",
        "cat <<'END'\n$HOME \\ `x`\nEND",
        "$HOME \\ `x`\n",
    ),
    (
        "two_here_documents",
        "cat <<A\na\nA\ncat <<B\nb\nB\n",
        "a\nb\n",
    ),
    ("continued_line", "echo a \\\n  b", "a b\n"),
    (
        "pipes_and_substitutions",
        "printf 'b\\na\\n' | sort; echo $(echo c)",
        "a\nb\nc\n",
    ),
    (
        "functions_and_loops",
        "f() { echo \"$1\"; }\nfor i in 1 2; do f $i; done",
        "1\n2\n",
    ),
    ("exit_in_the_middle", "echo one; exit 0\necho two", "one\n"),
];

pub(crate) fn cases() -> Vec<Case> {
    let exit_codes = EXIT_CODES.into_iter().map(|code| {
        Case::new(format!("exec/exit_code_{code}"), move |bench| {
            Box::pin(ends_with(bench, format!("exit {code}"), code))
        })
    });
    let printed = PRINTED.into_iter().map(|(word, command, output)| {
        Case::new(format!("exec/{word}"), move |bench| {
            Box::pin(prints(bench, command, output))
        })
    });
    let others = cases!["exec":
        failing_command_is_a_result,
        failing_command_keeps_its_output,
        unknown_command_is_127,
        killed_child_is_137,
        standard_error,
        standard_error_only,
        standard_input_is_empty,
        reading_does_not_eat_the_script,
        reading_does_not_eat_a_long_script,
        reading_in_a_loop_does_not_eat_the_script,
        syntax_error,
        unfinished_quote,
        stray_closings,
        trailing_backslash,
        leading_dash,
        blank_command,
        empty_command,
        nul_in_the_command_is_refused,
        one_mebibyte_of_command,
        one_mebibyte_of_output,
        output_that_is_not_utf8,
        nul_in_the_output,
        background_process_does_not_hold_the_result,
        directory_does_not_persist,
        variables_do_not_persist,
        files_persist,
        dropped_call_leaves_the_session_usable,
    ];
    exit_codes.chain(printed).chain(others).collect()
}

async fn ends_with(bench: &Bench<'_>, command: String, code: i32) -> Outcome {
    same("the exit code", bench.run(&command).await?.exit_code, code)
}

async fn prints(bench: &Bench<'_>, command: &str, output: &str) -> Outcome {
    let result = bench.run(command).await?;
    same("the output", result.stdout, output)?;
    same("the standard error", result.stderr, "")?;
    same("the exit code", result.exit_code, 0)
}

/// It ended with another code than 0, and not with an error of the adapter.
async fn fails(bench: &Bench<'_>, command: &str) -> Outcome {
    let result = bench.run(command).await?;
    ensure(
        result.exit_code != 0,
        &format!("it is said to have succeeded: {result:?}"),
    )
}

async fn failing_command_is_a_result(bench: &Bench<'_>) -> Outcome {
    same("the exit code", bench.run("false").await?.exit_code, 1)
}

async fn failing_command_keeps_its_output(bench: &Bench<'_>) -> Outcome {
    let result = bench.run("echo before; exit 7").await?;
    same("the output", result.stdout, "before\n")?;
    same("the exit code", result.exit_code, 7)
}

async fn unknown_command_is_127(bench: &Bench<'_>) -> Outcome {
    let result = bench.run("no-such-command-anywhere").await?;
    same("the exit code", result.exit_code, 127)
}

async fn killed_child_is_137(bench: &Bench<'_>) -> Outcome {
    let result = bench.run("sh -c 'kill -9 $$'; code=$?; exit $code").await?;
    same("the exit code", result.exit_code, 137)
}

async fn standard_error(bench: &Bench<'_>) -> Outcome {
    let result = bench.run("echo out; echo err >&2").await?;
    let expected = match bench.profile.standard_error {
        StandardError::Separate => ("out\n", "err\n"),
        StandardError::Merged => ("out\nerr\n", ""),
    };
    same("the output", result.stdout, expected.0)?;
    same("the standard error", result.stderr, expected.1)
}

async fn standard_error_only(bench: &Bench<'_>) -> Outcome {
    let result = bench.run("printf err >&2; exit 3").await?;
    let expected = match bench.profile.standard_error {
        StandardError::Separate => ("", "err"),
        StandardError::Merged => ("err", ""),
    };
    same("the output", result.stdout, expected.0)?;
    same("the standard error", result.stderr, expected.1)?;
    same("the exit code", result.exit_code, 3)
}

async fn standard_input_is_empty(bench: &Bench<'_>) -> Outcome {
    same("what comes in", bench.shell("wc -c").await?.trim(), "0")
}

async fn reading_does_not_eat_the_script(bench: &Bench<'_>) -> Outcome {
    let output = bench.shell("cat\necho after").await?;
    same("the output", output, "after\n")
}

/// Shells that read their script block by block hide the fault in a short one.
async fn reading_does_not_eat_a_long_script(bench: &Bench<'_>) -> Outcome {
    let comment = "# a comment\n".repeat(20_000);
    let script = format!("cat\n{comment}echo after");
    same("the output", bench.shell(&script).await?, "after\n")
}

async fn reading_in_a_loop_does_not_eat_the_script(bench: &Bench<'_>) -> Outcome {
    let command = "while read -r line; do echo \"read $line\"; done\necho one\necho two";
    same("the output", bench.shell(command).await?, "one\ntwo\n")
}

async fn syntax_error(bench: &Bench<'_>) -> Outcome {
    fails(bench, "if true; then").await?;
    fails(bench, ")").await
}

async fn unfinished_quote(bench: &Bench<'_>) -> Outcome {
    fails(bench, "echo 'unfinished").await?;
    fails(bench, "echo \"unfinished").await
}

/// It closes nothing that the adapter may have put around the command.
async fn stray_closings(bench: &Bench<'_>) -> Outcome {
    fails(bench, "echo inside; }; { echo outside").await?;
    fails(bench, "echo inside; ); ( echo outside").await?;
    fails(bench, "fi; if true; then echo outside").await
}

async fn trailing_backslash(bench: &Bench<'_>) -> Outcome {
    let result = bench.run(r"echo hello \").await?;
    ensure(
        result.stdout.starts_with("hello"),
        &format!("the command did not run: {result:?}"),
    )?;
    same("the exit code", result.exit_code, 0)
}

async fn leading_dash(bench: &Bench<'_>) -> Outcome {
    same("the exit code", bench.run("-n").await?.exit_code, 127)
}

async fn blank_command(bench: &Bench<'_>) -> Outcome {
    does_nothing(bench, "  \n ").await
}

async fn empty_command(bench: &Bench<'_>) -> Outcome {
    does_nothing(bench, "").await
}

/// As a shell does, or it is refused.
async fn does_nothing(bench: &Bench<'_>, command: &str) -> Outcome {
    match bench.env.exec(command, ExecOptions::default()).await {
        Ok(result) => {
            same("the output", result.stdout, "")?;
            same("the exit code", result.exit_code, 0)
        }
        Err(SandboxError::InvalidArgument { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

async fn nul_in_the_command_is_refused(bench: &Bench<'_>) -> Outcome {
    let result = bench
        .env
        .exec(": > ran; echo a\0b", ExecOptions::default())
        .await;
    refused("a command with a NUL character", result)?;
    bench.holds("test ! -e ran").await
}

async fn one_mebibyte_of_command(bench: &Bench<'_>) -> Outcome {
    let word = "x".repeat(1 << 20);
    let output = bench
        .shell(&format!("word={word}\necho ${{#word}}"))
        .await?;
    same("the output", output, "1048576\n")
}

async fn one_mebibyte_of_output(bench: &Bench<'_>) -> Outcome {
    let command = "head -c 1048576 /dev/zero | tr '\\0' x";
    let output = bench.shell(command).await?;
    same("the size of the output", output.len(), 1 << 20)?;
    ensure(
        output.bytes().all(|byte| byte == b'x'),
        "the output differs",
    )
}

async fn output_that_is_not_utf8(bench: &Bench<'_>) -> Outcome {
    let result = bench.run(r"printf 'a\377b'; exit 5").await?;
    same("the output", result.stdout, "a\u{fffd}b")?;
    same("the exit code", result.exit_code, 5)
}

async fn nul_in_the_output(bench: &Bench<'_>) -> Outcome {
    let output = bench.shell(r"printf 'a\000b'").await?;
    same("the output", output, "a\0b")
}

async fn background_process_does_not_hold_the_result(bench: &Bench<'_>) -> Outcome {
    let command = "sleep 15 >/dev/null 2>&1 & echo $! > pid; echo started";
    let output = bench.env.exec(command, ExecOptions::default());
    let output = tokio::time::timeout(Duration::from_secs(10), output).await;
    bench.shell("kill -9 $(cat pid)").await?;
    let Ok(result) = output else {
        return Err(Failure::new("the result waited for the process"));
    };
    same("the output", result?.stdout, "started\n")
}

async fn directory_does_not_persist(bench: &Bench<'_>) -> Outcome {
    let before = bench.shell("pwd").await?;
    bench.shell("cd /").await?;
    same("the directory", bench.shell("pwd").await?, before)
}

async fn variables_do_not_persist(bench: &Bench<'_>) -> Outcome {
    bench.shell("KEPT=yes; export KEPT").await?;
    let output = bench.shell("echo \"${KEPT-unset}\"").await?;
    same("the variable", output, "unset\n")
}

async fn files_persist(bench: &Bench<'_>) -> Outcome {
    bench.shell("echo kept > file").await?;
    same("the file", bench.shell("cat file").await?, "kept\n")
}

async fn dropped_call_leaves_the_session_usable(bench: &Bench<'_>) -> Outcome {
    let call = bench.env.exec("sleep 5", ExecOptions::default());
    let waited = tokio::time::timeout(Duration::from_millis(100), call).await;
    ensure(waited.is_err(), "`sleep 5` ended within 100 ms")?;
    same("the output", bench.shell("echo usable").await?, "usable\n")
}
