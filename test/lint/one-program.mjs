/**
 * The types that ESLint sees in components. To TypeScript a component is what svelte-eslint-parser writes of it; typescript-eslint
 * learns of that one by one, and makes a program of all modules for each anew. Here all are written first, and make one program.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as svelte from 'svelte-eslint-parser';
import typescript from 'typescript';
import { parser } from 'typescript-eslint';

/**
 * @typedef {import('typescript').Program} Program
 * @typedef {{ project?: unknown, filePath?: string, programs?: Program[] }} Options
 */

/** @type {{ parseForESLint(code: string, options: Options): unknown }} */
const typescripts = parser;

/** An editor lives on while files change, as do fixes: typescript-eslint follows them. */
const once = /eslint(\.js)?$/.test(process.argv[1] ?? '') && !process.argv.includes('--fix');

/** By the path of their tsconfig. @type {Map<string, Program>} */
const programs = new Map();

/** typescript-eslint's parser, to be handed to svelte-eslint-parser beside `project`, the path of a tsconfig. */
export const inOneProgram = {
  ...parser,
  /**
   * @param {string} code a component as TypeScript; without `project` it is a draft, parsed to write that
   * @param {Options} options
   */
  parseForESLint(code, options) {
    const { project, filePath } = options;
    if (!once || typeof project !== 'string' || !filePath) return typescripts.parseForESLint(code, options);

    const program = programs.get(project) ?? programOf(resolve(project));
    programs.set(project, program);
    // typescript-eslint asks a program that it is given for the file, and not what it says.
    const same = program.getSourceFile(filePath)?.text === code;
    return typescripts.parseForESLint(code, same ? { ...options, programs: [program] } : options);
  },
};

/** @param {string} config path of a tsconfig */
function programOf(config) {
  const { sys, createCompilerHost, createProgram, flattenDiagnosticMessageText } = typescript;
  const parsed = typescript.getParsedCommandLineOfConfigFile(
    config,
    { allowNonTsExtensions: true },
    {
      ...sys,
      onUnRecoverableConfigFileDiagnostic({ messageText }) {
        throw new Error(flattenDiagnosticMessageText(messageText, '\n'));
      },
    },
    undefined,
    undefined,
    [{ extension: '.svelte', isMixedContent: true, scriptKind: typescript.ScriptKind.Deferred }],
  );
  if (!parsed) throw new Error(`${config} cannot be read.`);

  const host = createCompilerHost(parsed.options, true);
  const read = host.readFile.bind(host);
  host.readFile = (path) => (path.endsWith('.svelte') ? written(path) : read(path));
  return createProgram(parsed.fileNames, parsed.options, host);
}

/**
 * A component as TypeScript; nothing of one that does not parse: ESLint tells when it comes to it.
 *
 * @param {string} path
 */
function written(path) {
  let script = '';
  const listener = {
    ...parser,
    /** @param {string} code @param {Options} options */
    parseForESLint(code, options) {
      if (!options.project) return typescripts.parseForESLint(code, options);
      script = code;
      throw new Error('All is written.');
    },
  };
  try {
    svelte.parseForESLint(readFileSync(path, 'utf8'), { parser: listener, filePath: path, project: true });
  } catch {
    // Either of the two above.
  }
  return script;
}
