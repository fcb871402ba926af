//! The program around the server.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::client::http;

fn start(arguments: &[&str]) -> (Child, String, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_daytona-loopback"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(program.stdout.as_mut().unwrap()).lines();
    let mut export = |name: &str| {
        let line = lines.next().unwrap().unwrap();
        let prefix = format!("export {name}=");
        line.strip_prefix(&prefix).unwrap().to_owned()
    };
    let url = export("DAYTONA_API_URL");
    let key = export("DAYTONA_API_KEY");
    (program, url, key)
}

#[tokio::test]
async fn it_prints_how_to_reach_it_and_ends_with_its_input() {
    let (mut program, url, key) = start(&["--api-key", "k e y", "--with-class"]);
    assert_eq!(key, "k e y");
    let http = http();
    let request = http.post(format!("{url}/sandbox")).bearer_auth(&key);
    let sandbox: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(sandbox["class"], "small");
    let proxy = sandbox["toolboxProxyUrl"].as_str().unwrap();
    let id = sandbox["id"].as_str().unwrap();
    let request = http.get(format!("{proxy}/{id}/work-dir")).bearer_auth(&key);
    let work_dir: Value = request.send().await.unwrap().json().await.unwrap();
    let work_dir = Path::new(work_dir["dir"].as_str().unwrap());
    assert!(work_dir.is_dir());

    drop(program.stdin.take());
    assert!(program.wait().unwrap().success());
    assert!(!work_dir.exists());
}

#[test]
fn it_cleans_up_when_it_is_interrupted() {
    for signal in [Signal::INT, Signal::TERM] {
        let (mut program, _, _) = start(&["--lifetime", "3600"]);
        kill_process(Pid::from_child(&program), signal).unwrap();
        assert!(program.wait().unwrap().success());
    }
}

#[test]
fn it_stays_where_it_has_no_input_to_wait_for() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_daytona-loopback"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut greeting = String::new();
    BufReader::new(program.stdout.as_mut().unwrap())
        .read_line(&mut greeting)
        .unwrap();

    let address = greeting
        .trim()
        .trim_start_matches("export DAYTONA_API_URL=http://");
    let mut connection = TcpStream::connect(address.trim_end_matches("/api")).unwrap();
    connection.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.0 404"), "{answer}");

    kill_process(Pid::from_child(&program), Signal::TERM).unwrap();
    assert!(program.wait().unwrap().success());
}

#[test]
fn it_lives_no_longer_than_it_may() {
    let (mut program, _, _) = start(&["--lifetime", "0"]);
    assert!(program.wait().unwrap().success());
}

#[test]
fn wrong_usage_is_explained() {
    for arguments in [
        &["--frobnicate"][..],
        &["--port"],
        &["--zone", "x"],
        &["--nope", "1"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_daytona-loopback"))
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(String::from_utf8(output.stderr).unwrap().contains("Usage:"));
    }
    let mut help = Command::new(env!("CARGO_BIN_EXE_daytona-loopback"))
        .arg("--help")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut text = String::new();
    help.stdout
        .take()
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert!(help.wait().unwrap().success());
    assert!(text.contains("--error-shape"));
}

fn run(arguments: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_daytona-loopback"))
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[test]
fn it_runs_a_command_with_the_server_and_ends_as_the_command_does() {
    let script = "echo $DAYTONA_API_KEY $DAYTONA_API_URL $1; exit 7";
    let output = run(&[
        "--api-key",
        "k",
        "run",
        "--",
        "sh",
        "-c",
        script,
        "-",
        "--port",
    ]);
    assert_eq!(output.status.code(), Some(7));
    let told = String::from_utf8(output.stdout).unwrap();
    let words = told.split_whitespace().collect::<Vec<_>>();
    assert!(matches!(words[..], ["k", url, "--port"] if url.starts_with("http://127.0.0.1:")));
    assert_eq!(
        run(&["run", "sh", "-c", "kill -9 $$"]).status.code(),
        Some(137)
    );
}

#[test]
fn it_says_why_a_command_cannot_be_run() {
    let output = run(&["run", "--", "/nothing/here"]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.starts_with("error: `/nothing/here`: "), "{told}");
    for arguments in [&["run"][..], &["run", "--"]] {
        assert_eq!(run(arguments).status.code(), Some(2));
    }
}
