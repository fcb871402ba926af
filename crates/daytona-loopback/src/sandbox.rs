//! One sandbox: its folders, its life cycle, and the JSON that the API shows of it.
//!
//! States that take time advance by polls, not by the clock: each `GET` of the sandbox sees the
//! next one, and the last one stays. What a sandbox does by itself when nothing happens, it does by the
//! clock, which tests can move.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::clock::Clock;
use crate::errors::api_time;
use crate::lock::lock;
use crate::session::Sessions;
use crate::settings::Settings;

/// What a sandbox is created from when the request does not say.
pub(crate) const DEFAULT_SNAPSHOT: &str = "daytonaio/sandbox:0.5.0-slim";

/// The organization that everything belongs to.
pub(crate) const ORGANIZATION_ID: &str = "2a4d3b6e-5c1f-4b8a-9d7e-0f1e2d3c4b5a";

/// The fields that the list shows; the others are only in a sandbox's own JSON.
const LIST_FIELDS: [&str; 35] = [
    "id",
    "organizationId",
    "name",
    "target",
    "runnerId",
    "sandboxClass",
    "state",
    "desiredState",
    "snapshot",
    "user",
    "errorReason",
    "recoverable",
    "public",
    "networkBlockAll",
    "networkAllowList",
    "domainAllowList",
    "cpu",
    "gpu",
    "gpuType",
    "spot",
    "memory",
    "disk",
    "labels",
    "backupState",
    "autoStopInterval",
    "autoPauseInterval",
    "autoArchiveInterval",
    "autoDeleteInterval",
    "autoDestroyAt",
    "queueTimeout",
    "createdAt",
    "updatedAt",
    "lastActivityAt",
    "daemonVersion",
    "toolboxProxyUrl",
];

/// A change that the API refuses: the status and the message of its answer.
pub(crate) type Refusal = (StatusCode, &'static str);

const CHANGE_IN_PROGRESS: Refusal = (StatusCode::CONFLICT, "Sandbox state change in progress");
const IN_ERROR: Refusal = (StatusCode::BAD_REQUEST, "Sandbox is in an errored state");

pub(crate) struct Sandbox {
    pub(crate) id: String,
    /// Counts sandboxes; the list is ordered by it.
    pub(crate) sequence: u64,
    pub(crate) work_dir: PathBuf,
    pub(crate) home_dir: PathBuf,
    /// Holds both of the above.
    pub(crate) folder: PathBuf,
    /// What every command finds in its environment.
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) sessions: Sessions,
    clock: Arc<Clock>,
    record: Mutex<Record>,
}

struct Record {
    /// All fields but `state`.
    fields: Map<String, Value>,
    /// The state of now, and those that later polls see. Never empty.
    states: VecDeque<String>,
    /// What a test has put over the fields: a value, or nothing for a field that is left out.
    overrides: BTreeMap<String, Option<Value>>,
    container: Container,
    denied: Vec<PathBuf>,
    last_activity: Timestamp,
    /// When it last stopped.
    stopped: Timestamp,
    /// When it is destroyed whatever it does.
    life_ends: Option<Timestamp>,
    /// Requests to its daemon that are not answered yet. They keep it awake.
    pending: usize,
    /// Cancelled when the sandbox stops.
    alive: CancellationToken,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Container {
    Present,
    Gone,
}

/// A setting in minutes that the API can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interval {
    Stop,
    Pause,
    Archive,
    Delete,
    Life,
}

impl Interval {
    /// The setting with this name in the path of the request that changes it.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "autostop" => Some(Self::Stop),
            "autopause" => Some(Self::Pause),
            "autoarchive" => Some(Self::Archive),
            "autodelete" => Some(Self::Delete),
            "ttl" => Some(Self::Life),
            _ => None,
        }
    }
}

/// What time has done to a sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aged {
    Unchanged,
    /// It runs no more.
    Down,
    Destroyed,
}

/// A request to a sandbox's daemon, from its arrival to its answer.
pub(crate) struct Pending {
    sandbox: Arc<Sandbox>,
}

impl Drop for Pending {
    fn drop(&mut self) {
        let now = self.sandbox.clock.now();
        let mut record = lock(&self.sandbox.record);
        record.pending -= 1;
        record.last_activity = now;
    }
}

/// What the runner finds when it looks for the sandbox's daemon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    Running,
    NotRunning,
    Gone,
}

impl Sandbox {
    pub(crate) fn create(
        sequence: u64,
        root: &Path,
        request: &Map<String, Value>,
        settings: &Settings,
        clock: Arc<Clock>,
        alive: CancellationToken,
    ) -> io::Result<Self> {
        let id = Uuid::new_v4().to_string();
        let folder = root.join(&id);
        let work_dir = folder.join("work");
        let home_dir = folder.join("home");
        std::fs::create_dir_all(&work_dir)?;
        std::fs::create_dir_all(&home_dir)?;

        let mut env = BTreeMap::from([("DAYTONA_SANDBOX_ID".to_owned(), id.clone())]);
        if let Some(Value::Object(requested)) = request.get("env") {
            let requested = requested.iter();
            env.extend(
                requested
                    .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))),
            );
        }
        let now = clock.now();
        let mut record = Record {
            fields: initial_fields(&id, request, now),
            states: settings
                .created_states
                .clone()
                .unwrap_or_else(|| passing("creating", "started", settings.passing_polls))
                .into(),
            overrides: settings.sandbox_fields.clone(),
            container: Container::Present,
            denied: Vec::new(),
            last_activity: now,
            stopped: now,
            life_ends: None,
            pending: 0,
            alive,
        };
        if let Some(minutes) = request.get("ttlMinutes").and_then(Value::as_i64) {
            record.set_life(minutes, now);
        }
        Ok(Self {
            id,
            sequence,
            work_dir,
            home_dir,
            folder,
            env,
            sessions: Sessions::default(),
            clock,
            record: Mutex::new(record),
        })
    }

    pub(crate) fn name(&self) -> String {
        let record = lock(&self.record);
        record.fields["name"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    pub(crate) fn state(&self) -> String {
        lock(&self.record).state().to_owned()
    }

    /// The API's JSON for the sandbox as it is now.
    pub(crate) fn json(&self, origin: &str) -> Value {
        lock(&self.record).json(origin)
    }

    /// As [`Sandbox::json`], with the fields that the list has.
    pub(crate) fn list_json(&self, origin: &str) -> Value {
        let mut json = self.json(origin);
        if let Some(fields) = json.as_object_mut() {
            let overrides = &lock(&self.record).overrides;
            fields.retain(|name, _| {
                LIST_FIELDS.contains(&name.as_str()) || overrides.contains_key(name)
            });
        }
        json
    }

    /// What a poll sees; the next poll sees the next state. Nothing once the sandbox is destroyed.
    pub(crate) fn poll(&self, origin: &str) -> Option<Value> {
        let mut record = lock(&self.record);
        let is_deleted = record.fields["desiredState"] == "destroyed";
        if is_deleted && record.state() == "destroyed" {
            return None;
        }
        let json = record.json(origin);
        if record.states.len() > 1 {
            record.states.pop_front();
        }
        Some(json)
    }

    pub(crate) fn start(&self, passing_polls: usize) -> Result<(), Refusal> {
        let mut record = lock(&self.record);
        let passing_state = match record.state() {
            "started" => return Ok(()),
            "error" | "build_failed" => return Err(IN_ERROR),
            "paused" => "resuming",
            "archived" => "restoring",
            "stopped" => "starting",
            state if is_passing(state) => return Err(CHANGE_IN_PROGRESS),
            _ => return Err((StatusCode::BAD_REQUEST, "Sandbox is not in valid state")),
        };
        record.settle(passing_state, "started", passing_polls, self.clock.now());
        record.last_activity = self.clock.now();
        Ok(())
    }

    /// Stops the sandbox; its commands are the caller's to end. An ephemeral one is deleted.
    pub(crate) fn stop(&self, passing_polls: usize) -> Result<(), Refusal> {
        let mut record = lock(&self.record);
        match record.state() {
            "started" | "paused" => {}
            "error" | "build_failed" => return Err(IN_ERROR),
            state if is_passing(state) => return Err(CHANGE_IN_PROGRESS),
            _ => {
                let message = "Sandbox is not in a stoppable state";
                return Err((StatusCode::BAD_REQUEST, message));
            }
        }
        if record.fields["autoDeleteInterval"] == 0 {
            record.destroy(passing_polls, self.clock.now());
        } else {
            record.settle("stopping", "stopped", passing_polls, self.clock.now());
        }
        Ok(())
    }

    pub(crate) fn pause(&self, passing_polls: usize) -> Result<(), Refusal> {
        let mut record = lock(&self.record);
        if record.state() != "started" {
            let message = "Sandbox must be in started state to pause";
            return Err((StatusCode::BAD_REQUEST, message));
        }
        record.settle("pausing", "paused", passing_polls, self.clock.now());
        Ok(())
    }

    /// Marks the sandbox for deletion. It is seen as `destroying`, then no more.
    pub(crate) fn delete(&self, passing_polls: usize) -> Result<(), Refusal> {
        let mut record = lock(&self.record);
        if is_passing(record.state()) && record.state() != "pending_build" {
            return Err(CHANGE_IN_PROGRESS);
        }
        record.destroy(passing_polls, self.clock.now());
        Ok(())
    }

    /// Whether its deletion has begun, so that its name is free.
    pub(crate) fn is_leaving(&self) -> bool {
        matches!(lock(&self.record).state(), "destroying" | "destroyed")
    }

    pub(crate) fn is_destroyed(&self) -> bool {
        let record = lock(&self.record);
        record.fields["desiredState"] == "destroyed" && record.state() == "destroyed"
    }

    pub(crate) fn replace_labels(&self, labels: Value) {
        lock(&self.record)
            .fields
            .insert("labels".to_owned(), labels);
    }

    pub(crate) fn set_interval(&self, interval: Interval, minutes: i64) -> Result<(), Refusal> {
        let mut record = lock(&self.record);
        let field = match interval {
            Interval::Stop => "autoStopInterval",
            Interval::Pause => "autoPauseInterval",
            Interval::Archive => "autoArchiveInterval",
            Interval::Delete => "autoDeleteInterval",
            Interval::Life => {
                record.set_life(minutes, self.clock.now());
                return Ok(());
            }
        };
        if interval == Interval::Pause && minutes > 0 {
            if record.fields["autoDeleteInterval"] == 0 {
                let message = "Ephemeral sandboxes cannot have auto-pause enabled";
                return Err((StatusCode::BAD_REQUEST, message));
            }
            record
                .fields
                .insert("autoStopInterval".to_owned(), 0.into());
        }
        record.fields.insert(field.to_owned(), minutes.into());
        Ok(())
    }

    /// Whether the sandbox carries all of `labels`.
    pub(crate) fn has_labels(&self, labels: &Map<String, Value>) -> bool {
        let record = lock(&self.record);
        let own = &record.fields["labels"];
        labels
            .iter()
            .all(|(name, value)| own.get(name) == Some(value))
    }

    /// Whether the sandbox has this volume, which a request may call by id or name.
    pub(crate) fn mounts(&self, volume_id: &str, volume_name: &str) -> bool {
        let record = lock(&self.record);
        let volumes = record.fields["volumes"].as_array();
        volumes.is_some_and(|volumes| {
            let mut ids = volumes.iter().map(|volume| &volume["volumeId"]);
            ids.any(|id| id == volume_id || id == volume_name)
        })
    }

    pub(crate) fn note_activity(&self) {
        lock(&self.record).last_activity = self.clock.now();
    }

    /// Notes a request to the daemon, which is one until what this returns is dropped.
    pub(crate) fn begin_request(self: &Arc<Self>) -> Pending {
        self.note_activity();
        lock(&self.record).pending += 1;
        Pending {
            sandbox: Arc::clone(self),
        }
    }

    /// Does what its intervals say by now.
    pub(crate) fn age(&self) -> Aged {
        lock(&self.record).age(self.clock.now())
    }

    /// Puts the sandbox into `states`, one per poll, whatever it was doing.
    pub(crate) fn set_states(&self, states: Vec<String>) {
        let mut record = lock(&self.record);
        if !states.is_empty() {
            record.states = states.into();
        }
    }

    /// Lets the last of its states come.
    pub(crate) fn settle(&self) {
        let states = &mut lock(&self.record).states;
        states.drain(..states.len().saturating_sub(1));
    }

    /// Puts a value over a field, or leaves the field out.
    pub(crate) fn override_field(&self, name: String, value: Option<Value>) {
        lock(&self.record).overrides.insert(name, value);
    }

    pub(crate) fn remove_container(&self) {
        lock(&self.record).container = Container::Gone;
    }

    /// From now on the daemon may not touch what is at or below `path`.
    pub(crate) fn deny(&self, path: PathBuf) {
        lock(&self.record).denied.push(self.work_dir.join(path));
    }

    pub(crate) fn is_denied(&self, path: &Path) -> bool {
        let record = lock(&self.record);
        record.denied.iter().any(|denied| path.starts_with(denied))
    }

    pub(crate) fn reach(&self) -> Reach {
        let record = lock(&self.record);
        if record.container == Container::Gone {
            return Reach::Gone;
        }
        if is_running(record.state()) {
            Reach::Running
        } else {
            Reach::NotRunning
        }
    }

    /// Cancelled when the sandbox stops.
    pub(crate) fn alive(&self) -> CancellationToken {
        lock(&self.record).alive.clone()
    }

    /// Ends the commands of now; those of a later start are under `next`.
    pub(crate) fn end_commands(&self, next: CancellationToken) {
        let alive = std::mem::replace(&mut lock(&self.record).alive, next);
        alive.cancel();
        self.sessions.end();
    }
}

impl Record {
    fn state(&self) -> &str {
        self.states.front().map_or("unknown", String::as_str)
    }

    fn age(&mut self, now: Timestamp) -> Aged {
        let before = self.is_up();
        if self.life_ends.is_some_and(|end| end <= now) {
            self.destroy(0, now);
            return Aged::Destroyed;
        }
        if self.state() == "started" && self.pending == 0 {
            let idle_for = |record: &Self, interval| record.due(interval, record.last_activity);
            if let Some(due) = idle_for(self, "autoStopInterval").filter(|due| *due <= now) {
                self.settle("stopping", "stopped", 0, due);
            } else if let Some(due) = idle_for(self, "autoPauseInterval").filter(|due| *due <= now)
            {
                self.settle("pausing", "paused", 0, due);
            }
        }
        if matches!(self.state(), "stopped" | "archived") {
            let is_due = |due: Option<Timestamp>| due.is_some_and(|due| due <= now);
            let is_ephemeral = before && self.fields["autoDeleteInterval"] == 0;
            if is_ephemeral || is_due(self.due("autoDeleteInterval", self.stopped)) {
                self.destroy(0, now);
                return Aged::Destroyed;
            }
            if self.state() == "stopped" && is_due(self.due("autoArchiveInterval", self.stopped)) {
                let stopped = self.stopped;
                self.settle("archiving", "archived", 0, now);
                self.stopped = stopped;
            }
        }
        match before && !self.is_up() {
            true => Aged::Down,
            false => Aged::Unchanged,
        }
    }

    fn is_up(&self) -> bool {
        self.state() == "started"
    }

    /// When an interval that began at `start` is over; never if it is not positive.
    fn due(&self, interval: &str, start: Timestamp) -> Option<Timestamp> {
        let minutes = self.fields[interval]
            .as_i64()
            .filter(|minutes| *minutes > 0)?;
        let length = SignedDuration::try_from_mins(minutes)?;
        Some(start.checked_add(length).unwrap_or(Timestamp::MAX))
    }

    /// How long from `start` the sandbox lives; 0 for ever.
    fn set_life(&mut self, minutes: i64, start: Timestamp) {
        let life = (minutes > 0).then(|| SignedDuration::try_from_mins(minutes));
        self.life_ends = life
            .flatten()
            .map(|life| start.checked_add(life).unwrap_or(Timestamp::MAX));
    }

    fn settle(&mut self, passing_state: &str, state: &str, polls: usize, now: Timestamp) {
        self.states = passing(passing_state, state, polls).into();
        self.stopped = now;
        self.fields.insert("desiredState".to_owned(), state.into());
        self.fields
            .insert("updatedAt".to_owned(), api_time(now).into());
    }

    /// Sets deletion off, and the name free at once.
    fn destroy(&mut self, polls: usize, now: Timestamp) {
        self.settle("destroying", "destroyed", polls, now);
        let name = self.fields["name"].as_str().unwrap_or_default();
        let name = format!("DESTROYED_{name}_{}", now.as_millisecond());
        self.fields.insert("name".to_owned(), name.into());
    }

    fn json(&self, origin: &str) -> Value {
        let mut json = self.fields.clone();
        json.insert("state".to_owned(), self.state().into());
        let last_activity = api_time(self.last_activity);
        json.insert("lastActivityAt".to_owned(), last_activity.into());
        if let Some(end) = self.life_ends {
            json.insert("autoDestroyAt".to_owned(), api_time(end).into());
        }
        json.insert(
            "toolboxProxyUrl".to_owned(),
            format!("{origin}/toolbox").into(),
        );
        for (name, value) in &self.overrides {
            match value {
                Some(value) => json.insert(name.clone(), value.clone()),
                None => json.remove(name),
            };
        }
        Value::Object(json)
    }
}

fn passing(passing_state: &str, state: &str, polls: usize) -> Vec<String> {
    let mut states = vec![passing_state.to_owned(); polls];
    states.push(state.to_owned());
    states
}

fn is_passing(state: &str) -> bool {
    matches!(
        state,
        "creating"
            | "restoring"
            | "destroying"
            | "stopping"
            | "starting"
            | "pending_build"
            | "building_snapshot"
            | "pulling_snapshot"
            | "archiving"
            | "resizing"
            | "snapshotting"
            | "forking"
            | "pausing"
            | "resuming"
    )
}

/// States in which the daemon can be reached: those named, and those of the future.
fn is_running(state: &str) -> bool {
    !matches!(
        state,
        "creating"
            | "restoring"
            | "destroyed"
            | "stopped"
            | "starting"
            | "error"
            | "build_failed"
            | "pending_build"
            | "building_snapshot"
            | "pulling_snapshot"
            | "archived"
            | "archiving"
            | "paused"
            | "resuming"
            | "stopping"
            | "destroying"
    )
}

/// Every field that v0.190.0 sends, and those that clients of later APIs cannot do without, from the request or with Daytona's defaults.
fn initial_fields(id: &str, request: &Map<String, Value>, now: Timestamp) -> Map<String, Value> {
    let now = api_time(now);
    let requested = |name: &str| request.get(name).filter(|value| !value.is_null()).cloned();
    let or = |name: &str, default: Value| requested(name).unwrap_or(default);
    let default_stop = match request.get("autoPauseInterval").and_then(Value::as_i64) {
        Some(minutes) if minutes > 0 => 0,
        _ => 15,
    };
    // An image is built: such a sandbox has build information and no snapshot.
    let build_info = requested("buildInfo").map(|mut info| {
        info["createdAt"] = now.clone().into();
        info["updatedAt"] = now.clone().into();
        info["snapshotRef"] = format!("daytona-{id}:latest").into();
        info
    });
    let snapshot = match build_info {
        Some(_) => Value::Null,
        None => or("snapshot", DEFAULT_SNAPSHOT.into()),
    };
    let gpu_type = match requested("gpuType") {
        Some(Value::Array(wanted)) => wanted.into_iter().next(),
        other => other,
    };
    let fields = json!({
        "id": id,
        "organizationId": ORGANIZATION_ID,
        "name": or("name", id.into()),
        "snapshot": snapshot,
        "user": or("user", "daytona".into()),
        "env": or("env", json!({})),
        "labels": or("labels", json!({})),
        "public": or("public", false.into()),
        "networkBlockAll": or("networkBlockAll", false.into()),
        "kvm": or("kvm", false.into()),
        "networkAllowList": requested("networkAllowList"),
        "domainAllowList": requested("domainAllowList"),
        "outboundProxyUrl": requested("outboundProxyUrl"),
        "otelEndpointOverride": requested("otelEndpointOverride"),
        "target": or("target", "us".into()),
        "cpu": or("cpu", 1.into()),
        "gpu": or("gpu", 0.into()),
        "gpuType": gpu_type,
        "spot": or("spot", false.into()),
        "memory": or("memory", 1.into()),
        "disk": or("disk", 3.into()),
        "desiredState": "started",
        "errorReason": null,
        "recoverable": false,
        "backupState": "None",
        "backupCreatedAt": null,
        "autoStopInterval": or("autoStopInterval", default_stop.into()),
        "autoPauseInterval": or("autoPauseInterval", 0.into()),
        "autoArchiveInterval": or("autoArchiveInterval", 10_080.into()),
        "autoDeleteInterval": or("autoDeleteInterval", (-1).into()),
        "queueTimeout": requested("queueTimeout"),
        "volumes": or("volumes", json!([])),
        "buildInfo": build_info,
        "createdAt": now,
        "updatedAt": now,
        "sandboxClass": "linux-vm",
        "daemonVersion": "0.190.0",
        "runnerId": "7b0c9f6e-1d52-4a39-8e41-6f2a3b4c5d6e",
        "linkedSandboxId": requested("linkedSandbox"),
    });
    let Value::Object(mut fields) = fields else {
        return Map::new();
    };
    // Where the database has nothing, the API sends `null`, or leaves these out.
    fields.retain(|name, value| {
        let may_be_absent = [
            "backupCreatedAt",
            "buildInfo",
            "gpuType",
            "linkedSandboxId",
            "outboundProxyUrl",
            "otelEndpointOverride",
            "queueTimeout",
        ];
        !value.is_null() || !may_be_absent.contains(&name.as_str())
    });
    fields
}
