// The strictest rules of typescript-eslint, for the files that the command writes into the projects.

import { fileURLToPath } from 'node:url';

import tseslint from 'typescript-eslint';

const tsconfigRootDir = fileURLToPath(new URL('projects', import.meta.url));

export default tseslint.config(
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  { languageOptions: { parserOptions: { projectService: true, tsconfigRootDir } } },
);
