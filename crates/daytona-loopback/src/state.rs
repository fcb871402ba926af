//! What all requests share: settings, sandboxes, faults, the record of requests, running commands.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::commands::Commands;
use crate::errors::ErrorShape;
use crate::faults::Faults;
use crate::lock::lock;
use crate::recording::Recorder;
use crate::sandbox::{Aged, Sandbox};
use crate::settings::Settings;
use crate::volume::Volume;

pub(crate) struct State {
    /// `http://127.0.0.1:PORT`.
    pub(crate) origin: String,
    pub(crate) api_key: String,
    pub(crate) faults: Arc<Faults>,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) commands: Arc<Commands>,
    /// The oldest first.
    pub(crate) volumes: Mutex<Vec<Volume>>,
    pub(crate) clock: Arc<Clock>,
    /// Cancelled when the server stops.
    pub(crate) shutdown: CancellationToken,
    root: PathBuf,
    settings: Mutex<Settings>,
    sandboxes: Mutex<Vec<Arc<Sandbox>>>,
    created: Mutex<u64>,
}

impl State {
    pub(crate) fn new(origin: String, root: PathBuf, settings: Settings) -> Self {
        Self {
            origin,
            api_key: settings.api_key.clone(),
            faults: Arc::default(),
            recorder: Arc::new(Recorder::new(settings.recorded_body)),
            commands: Arc::new(Commands::new(&settings)),
            volumes: Mutex::default(),
            clock: Arc::default(),
            shutdown: CancellationToken::new(),
            root,
            settings: Mutex::new(settings),
            sandboxes: Mutex::default(),
            created: Mutex::new(0),
        }
    }

    pub(crate) fn settings(&self) -> Settings {
        lock(&self.settings).clone()
    }

    pub(crate) fn change_settings(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut lock(&self.settings));
    }

    pub(crate) fn error_shape(&self) -> ErrorShape {
        lock(&self.settings).error_shape
    }

    /// The folder that holds all sandboxes.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn is_authorized(&self, authorization: Option<&str>) -> bool {
        let token = authorization.and_then(|value| value.strip_prefix("Bearer "));
        token.is_some_and(|token| token.trim() == self.api_key)
    }

    /// Makes a sandbox from the body of a create request, which has been checked but for the name. Nothing
    /// if the name is taken.
    ///
    /// # Errors
    ///
    /// When its folders cannot be made.
    pub(crate) fn create_sandbox(
        &self,
        request: &Map<String, Value>,
    ) -> io::Result<Option<Arc<Sandbox>>> {
        // Held to the end: of two requests with one name, the second finds it taken.
        let mut created = lock(&self.created);
        let name = request.get("name").and_then(Value::as_str);
        if name.is_some_and(|name| self.find(name).is_some()) {
            return Ok(None);
        }
        *created += 1;
        let sequence = *created;
        let alive = self.shutdown.child_token();
        let clock = Arc::clone(&self.clock);
        let settings = self.settings();
        let sandbox = Sandbox::create(sequence, &self.root, request, &settings, clock, alive)?;
        let sandbox = Arc::new(sandbox);
        lock(&self.sandboxes).push(Arc::clone(&sandbox));
        Ok(Some(sandbox))
    }

    /// All sandboxes, oldest first.
    pub(crate) fn sandboxes(&self) -> Vec<Arc<Sandbox>> {
        lock(&self.sandboxes).clone()
    }

    pub(crate) fn find_by_id(&self, id: &str) -> Option<Arc<Sandbox>> {
        let sandboxes = lock(&self.sandboxes);
        sandboxes.iter().find(|sandbox| sandbox.id == id).cloned()
    }

    pub(crate) fn find(&self, id_or_name: &str) -> Option<Arc<Sandbox>> {
        self.find_by_id(id_or_name).or_else(|| {
            let sandboxes = lock(&self.sandboxes);
            let mut named = sandboxes
                .iter()
                .filter(|sandbox| sandbox.name() == id_or_name && !sandbox.is_leaving());
            named.next().cloned()
        })
    }

    /// Has sandboxes do what their intervals say by now.
    pub(crate) fn pass_time(&self) {
        for sandbox in self.sandboxes() {
            match sandbox.age() {
                Aged::Unchanged => {}
                Aged::Down => self.end_commands(&sandbox),
                Aged::Destroyed => self.remove(&sandbox),
            }
        }
    }

    /// Forgets a sandbox, ends its commands and removes its folders.
    pub(crate) fn remove(&self, sandbox: &Sandbox) {
        lock(&self.sandboxes).retain(|known| known.id != sandbox.id);
        self.end_commands(sandbox);
        // What cannot be removed now goes with the server's folder.
        let _ = std::fs::remove_dir_all(&sandbox.folder);
    }

    /// Ends everything that runs in a sandbox.
    pub(crate) fn end_commands(&self, sandbox: &Sandbox) {
        sandbox.end_commands(self.shutdown.child_token());
        self.commands.kill_leftovers_of(&sandbox.id);
    }
}
