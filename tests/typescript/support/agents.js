// The lines that the command shows, as agents that can be asked for their sandboxes.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after } from 'node:test';

import { compile, folderOf, MODULES, projectForBoth, PROJECTS, versionsIn } from './projects.js';

/** What an agent's file does with the runtime, so that it can be looked at outside an application. */
const RUNTIME = `export const defineAgent = (initialise) => initialise;
export const useModel = () => {};
export let factory;
export const useSandbox = (given) => { factory = given; };
`;

/** The function that makes the environment of the agent with an id. */
export async function agentOf(project) {
  const folder = `${folderOf(project)}/dist/agents`;
  const code = readFileSync(`${folder}/assistant.js`, 'utf8');
  writeFileSync(`${folder}/runtime.js`, RUNTIME);
  writeFileSync(`${folder}/looked-at.js`, code.replace("'@flue/runtime'", "'./runtime.js'"));
  const agent = await import(`${folder}/looked-at.js`);
  const runtime = await import(`${folder}/runtime.js`);
  return async (id) => {
    const options = { id };
    let { factory } = await agent.default?.(options).then(({ sandbox }) => ({ factory: sandbox })) ?? {};
    if (factory === undefined) {
      agent.Assistant();
      factory = runtime.factory;
    }
    return await (factory.createSandbox ?? factory.createSessionEnv).call(factory, options);
  };
}

/** The lines that the command has shown for a built project. */
export function linesOf(project) {
  return readFileSync(`${folderOf(project)}/src/agents/assistant.ts`, 'utf8');
}

/** A project with the packages of `project`, and what the command writes where the range reaches both contracts. */
function builtForBoth(project) {
  const old = PROJECTS.find(({ name }) => name === (project.name === 'beta-9' ? 'beta-9' : '2.0.1'));
  const both = projectForBoth({ after }, project, old);
  const output = ['--rootDir', `${folderOf(both)}/src`, '--outDir', `${folderOf(both)}/dist`];
  assert.equal(compile(both, 'typescript-7', [...MODULES.NodeNext, ...output]), '');
  return both;
}

/** The agents that there are, by what the project has: each with what builds its project. */
export const CASES = PROJECTS.flatMap((project) => {
  const versions = `with ${versionsIn(project)}`;
  return [
    [`contract ${project.contract} ${versions}`, () => project],
    [`both contracts ${versions}`, () => builtForBoth(project)],
  ];
});
