//! What searches do beyond what the local sandbox shows: limits, odd names, patterns that are none.

use crate::fixture::{Fixture, kind_of};

#[tokio::test]
async fn limits_count_results() {
    let fixture = Fixture::new().await;
    for number in 0..9 {
        fixture.put(&format!("folder/{number}\nx"), "hit\nhit\n");
    }
    let env = &fixture.env;
    for limit in [1, 8, 9, 10] {
        let globbed = env.glob("folder/*", limit).await.unwrap();
        assert_eq!(globbed.len(), limit.min(9), "{globbed:?}");
        assert!(globbed.is_sorted());
        let grepped = env.grep("hit", &[], limit).await.unwrap();
        assert_eq!(grepped.len(), limit, "{grepped:?}");
    }
    assert!(env.grep("hit", &[], 0).await.unwrap().is_empty());
    assert_eq!(env.grep("hit", &[], usize::MAX).await.unwrap().len(), 18);
    assert_eq!(env.glob("*", usize::MAX).await.unwrap().len(), 10);
}

#[tokio::test]
async fn what_is_beyond_the_limit_stays_in_the_sandbox() {
    let fixture = Fixture::new().await;
    for number in 0..99 {
        fixture.put(&format!("{number}"), "hit\n");
    }
    fixture.env.glob("*", 3).await.unwrap();
    fixture.env.grep("hit", &[], 3).await.unwrap();
    let commands = fixture.commands();
    for (command, most) in [(&commands[1], 4), (&commands[3], 3)] {
        let mut shell = std::process::Command::new("sh");
        shell.arg("-c").arg(command["command"].as_str().unwrap());
        let output = shell.current_dir(&fixture.root).output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        assert_eq!(printed.matches("\n.//").count(), most, "{printed}");
    }
}

#[tokio::test]
async fn names_with_newlines_are_one_result() {
    let fixture = Fixture::new().await;
    fixture.put("a\nb/c\n", "x\nhit\n");
    let globbed = fixture.env.glob("c*", 9).await.unwrap();
    assert_eq!(globbed, ["a\nb/c\n"]);
    let grepped = fixture.env.grep("hit", &["a\nb"], 9).await.unwrap();
    assert_eq!(grepped, ["a\nb/c\n:2:hit"]);
}

#[tokio::test]
async fn matches_are_in_the_order_of_paths_and_lines() {
    let fixture = Fixture::new().await;
    fixture.put("b.txt", "hit\n".repeat(11));
    fixture.put("a.txt", "hit\n");
    let grepped = fixture
        .env
        .grep("hit", &["b.txt", "a.txt"], 99)
        .await
        .unwrap();
    assert_eq!(grepped[..3], ["a.txt:1:hit", "b.txt:1:hit", "b.txt:2:hit"]);
    assert_eq!(grepped[11], "b.txt:11:hit");
}

#[tokio::test]
async fn patterns_are_basic_regular_expressions() {
    let fixture = Fixture::new().await;
    fixture.put("a.txt", "a\n(a|b)\naa\n");
    let env = &fixture.env;
    assert_eq!(env.grep("(a|b)", &[], 9).await.unwrap(), ["a.txt:2:(a|b)"]);
    assert_eq!(
        env.grep("^a\\{2\\}$", &[], 9).await.unwrap(),
        ["a.txt:3:aa"]
    );
}

#[tokio::test]
async fn what_is_no_pattern_is_told() {
    let fixture = Fixture::new().await;
    fixture.put("a.txt", "a\n");
    let error = fixture.env.grep("\\(", &[], 9).await.unwrap_err();
    assert_eq!(kind_of(&error), "Sandbox");
    assert!(
        error.to_string().contains("does not take the pattern"),
        "{error}"
    );
}

#[tokio::test]
async fn binary_files_are_left_out() {
    let fixture = Fixture::new().await;
    fixture.put("binary", b"hit\0\nhit\n");
    fixture.put("text", "hit\n");
    assert_eq!(
        fixture.env.grep("hit", &[], 9).await.unwrap(),
        ["text:1:hit"]
    );
}
