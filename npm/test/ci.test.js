// What docs/ci.md offers: it names this version, and the action does what it says.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";

import { validateAction, validateWorkflow } from "@action-validator/core";

import { cargoPackage } from "../build.js";
import { BINARY, IS_WINDOWS, ROOT, buildPackages, npmEnvironment, run, serve, temporaryFolder } from "./support.js";

test("the snippets name this version", () => {
  const text = readFileSync(join(ROOT, "docs", "ci.md"), "utf8");
  const named = [...text.matchAll(/(?:flue-blueprints@|REPOSITORY(?:\/\w+)?@v|rev: v)(\d+\.\d+\.\d+\S*?)["\s]/g)].map(([, version]) => version);
  assert.deepEqual(named, Array(6).fill(cargoPackage().version));
});

/** The texts in Markdown between fences that name YAML. */
function snippets(path) {
  return [...readFileSync(join(ROOT, path), "utf8").matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text]) => text);
}

test("GitHub takes the actions, and the workflows that use them", () => {
  // The schema does not know the permission `attestations`, which the workflow of releases asks for.
  const ours = readFileSync(join(ROOT, ".github/workflows/ci.yml"), "utf8");
  const workflows = [ours, ...snippets("docs/ci.md").filter((text) => text.startsWith("name:"))];
  assert.equal(workflows.length, 3);
  for (const text of workflows) {
    assert.deepEqual(validateWorkflow(text).errors, [], text);
  }
  for (const name of ["action.yml", "status/action.yml", "update/action.yml"]) {
    assert.deepEqual(validateAction(readFileSync(join(ROOT, name), "utf8")).errors, [], name);
  }
  assert.notDeepEqual(validateAction("name: a\ndescription: b\nruns: { using: composite, stps: [] }\n").errors, []);
});

/** A workspace with a project in it, and a registry that has the packages; runs the script of an action there. */
async function actionIn(t) {
  const folder = temporaryFolder(t);
  const registry = await serve(t, buildPackages(folder), join(folder, "tarballs"));
  const workspace = join(folder, "workspace");
  const project = join(workspace, "agents", "an assistant");
  mkdirSync(project, { recursive: true });
  const manifest = '{ "name": "assistant", "dependencies": { "@flue/runtime": "2.0.1" } }\n';
  writeFileSync(join(project, "package.json"), manifest);
  // A project may insist on another package manager; npx must not be run where it would see that.
  writeFileSync(
    join(workspace, "package.json"),
    '{ "private": true, "devEngines": { "packageManager": { "name": "pnpm", "onFail": "error" } } }\n',
  );
  const runAction = (path, inputs) => {
    const action = readFileSync(join(ROOT, path), "utf8");
    const [, script] = action.match(/^ {6}run: \|\n((?: {8}.*\n)+)/m);
    const temporary = temporaryFolder(t);
    const env = {
      ...npmEnvironment(folder, registry),
      GITHUB_ACTION_PATH: dirname(join(ROOT, path)),
      GITHUB_WORKSPACE: workspace,
      RUNNER_TEMP: temporary,
      ...inputs,
    };
    // As the runners of GitHub do.
    const args = ["--noprofile", "--norc", "-eo", "pipefail", "-c", script];
    return run("bash", args, { cwd: workspace, env }).then((result) => ({ ...result, temporary }));
  };
  const flue = (...args) => run(BINARY, [...args, "-C", project]);
  return { workspace, project, manifest, runAction, flue };
}

const DIRECTORY = "agents/an assistant";

// The scripts are written for bash on the runners of GitHub; here they are tried where bash is at home.
if (!IS_WINDOWS) {
  test("the action checks the project with the release that it belongs to", async (t) => {
    const { project, manifest, runAction, flue } = await actionIn(t);
    const check = (KIND, NAME) => runAction("action.yml", { KIND, NAME, DIRECTORY });

    const missing = await check("sandbox", "daytona");
    assert.equal(missing.code, 3, missing.stderr);
    assert.match(missing.stderr, /Missing sandboxes\/daytona\.ts/);
    assert.equal(readFileSync(join(project, "package.json"), "utf8"), manifest);

    assert.equal((await flue("add", "sandbox", "daytona")).code, 0);
    assert.equal((await check("sandbox", "daytona")).code, 0);

    // Whatever the inputs are, they are no options.
    assert.equal((await check("sandbox", "--overwrite")).code, 1);
  });

  test("the action for repositories checks all packages", async (t) => {
    const { project, runAction, flue } = await actionIn(t);
    const check = () => runAction("status/action.yml", { DIRECTORY: "." });
    assert.equal((await check()).code, 0);
    assert.equal((await flue("add", "sandbox", "daytona")).code, 0);
    assert.equal((await check()).code, 0);

    const manifest = '{ "name": "assistant", "dependencies": { "@flue/runtime": "2.1.0" } }\n';
    writeFileSync(join(project, "package.json"), manifest);
    const behind = await check();
    assert.equal(behind.code, 3, behind.stderr);
    assert.match(behind.stdout, /adapter +outdated/);
  });

  test("the action for updates keeps the edits, and fails where lines need a decision", async (t) => {
    const { project, manifest, runAction, flue } = await actionIn(t);
    const update = () => runAction("update/action.yml", { DIRECTORY });
    assert.equal((await flue("add", "sandbox", "daytona")).code, 0);
    const adapter = join(project, "sandboxes", "daytona.ts");
    const added = readFileSync(adapter, "utf8");
    const edited = added.replace("DEFAULT_WORK_DIR = '/home/daytona'", "DEFAULT_WORK_DIR = '/home/team'");
    writeFileSync(adapter, edited);
    const declared = readFileSync(join(project, "package.json"), "utf8");
    assert.notEqual(declared, manifest);
    writeFileSync(join(project, "package.json"), declared.replace('"2.0.1"', '"2.1.0"'));

    const merged = await update();
    assert.equal(merged.code, 0, merged.stderr);
    assert.match(readFileSync(adapter, "utf8"), /home\/team[^]*createSandbox: open/);
    const body = readFileSync(join(merged.temporary, "flue-update.md"), "utf8");
    assert.match(body, /^~~~~text\n[^]*merged with its edits[^]*\n~~~~\n$/);

    const inConflict = edited.replace("return { createSessionEnv: open };", "return factoryOf(open);");
    writeFileSync(adapter, inConflict);
    const undecided = await update();
    assert.equal(undecided.code, 4, undecided.stderr);
    assert.match(undecided.stderr, /Conflict sandboxes\/daytona\.ts:/);
    assert.equal(readFileSync(adapter, "utf8"), inConflict);
  });
}
