// Compiles the projects to what Node 20 runs.

import { compile, folderOf, MODULES, PROJECTS, writeSources } from './projects.js';

for (const project of PROJECTS) {
  writeSources(project);
  const folder = folderOf(project);
  const output = ['--rootDir', `${folder}/src`, '--outDir', `${folder}/dist`];
  const complaints = compile(project, 'typescript-7', [...MODULES.NodeNext, ...output]);
  if (complaints) throw new Error(`${project.name}:\n${complaints}`);
}
