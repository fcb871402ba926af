// What docs/ci.md offers: it names this version, and the action does what it says.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { cargoPackage } from "../build.js";
import { BINARY, IS_WINDOWS, ROOT, buildPackages, npmEnvironment, run, serve, temporaryFolder } from "./support.js";

test("the snippets name this version", () => {
  const text = readFileSync(join(ROOT, "docs", "ci.md"), "utf8");
  const named = [...text.matchAll(/(?:flue-blueprints@|REPOSITORY(?:\/\w+)?@v|rev: v)(\d+\.\d+\.\d+\S*?)["\s]/g)].map(([, version]) => version);
  assert.deepEqual(named, Array(5).fill(cargoPackage().version));
});

// The script is written for bash on the runners of GitHub; here it is tried where bash is at home.
if (!IS_WINDOWS) {
  test("the action checks the project with the release that it belongs to", async (t) => {
    const folder = temporaryFolder(t);
    const registry = await serve(t, buildPackages(folder), join(folder, "tarballs"));
    const workspace = join(folder, "workspace");
    const project = join(workspace, "agents", "an assistant");
    mkdirSync(project, { recursive: true });
    const manifest = '{ "name": "assistant", "dependencies": { "@flue/runtime": "^2.0.0" } }\n';
    writeFileSync(join(project, "package.json"), manifest);
    // A project may insist on another package manager; npx must not be run where it would see that.
    writeFileSync(
      join(workspace, "package.json"),
      '{ "private": true, "devEngines": { "packageManager": { "name": "pnpm", "onFail": "error" } } }\n',
    );

    const action = readFileSync(join(ROOT, "action.yml"), "utf8");
    const [, script] = action.match(/^ {6}run: \|\n((?: {8}.*\n)+)/m);
    const check = (kind, name) =>
      run("bash", ["-euo", "pipefail", "-c", script], {
        cwd: workspace,
        env: {
          ...npmEnvironment(folder, registry),
          GITHUB_ACTION_PATH: ROOT,
          GITHUB_WORKSPACE: workspace,
          RUNNER_TEMP: temporaryFolder(t),
          KIND: kind,
          NAME: name,
          DIRECTORY: "agents/an assistant",
        },
      });

    const missing = await check("sandbox", "daytona");
    assert.equal(missing.code, 3, missing.stderr);
    assert.match(missing.stderr, /Missing sandboxes\/daytona\.ts/);
    assert.equal(readFileSync(join(project, "package.json"), "utf8"), manifest);

    assert.equal((await run(BINARY, ["add", "sandbox", "daytona", "-C", project])).code, 0);
    assert.equal((await check("sandbox", "daytona")).code, 0);

    // Whatever the inputs are, they are no options.
    assert.equal((await check("sandbox", "--overwrite")).code, 1);
  });
}
