import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import { defineConfig } from 'eslint/config';
import globals from 'globals';
import ts from 'typescript-eslint';
import drobe from './test/lint/arrows.mjs';
import { inOneProgram } from './test/lint/one-program.mjs';

export default defineConfig(
  // Components and what is reactive beside them: oxlint looks at all else, ten times as fast (.oxlintrc.json).
  {
    ignores: [
      'dist/',
      'node_modules/',
      'test-results/',
      '.cache/',
      '.vite/',
      '**/*.{ts,mjs}',
      '!**/*.svelte.ts',
    ],
  },
  js.configs.recommended,
  ts.configs.strict,
  {
    files: ['**/*.svelte'],
    extends: [ts.configs.strictTypeCheckedOnly],
    languageOptions: {
      parserOptions: { project: 'src/tsconfig.page.json', extraFileExtensions: ['.svelte'] },
    },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // Whatever makes code, as enums do, TypeScript refuses (erasableSyntaxOnly).
      '@typescript-eslint/no-mixed-enums': 'off',
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      // An async generator is our way of doing a long task; not each of them waits for something.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowArray: true },
      ],
    },
  },
  svelte.configs.recommended,
  // What is a matter of form alone, oxfmt says.
  svelte.configs.prettier,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
      // x[i]! in a counted loop is plain; a check that cannot fail is not.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Takes Promise.withResolvers<void>() for a mistake.
      '@typescript-eslint/no-invalid-void-type': 'off',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      parserOptions: { parser: inOneProgram },
      globals: globals.browser,
    },
    rules: {
      // Takes the words of a reason after svelte-ignore for names of warnings.
      'svelte/no-unused-svelte-ignore': 'off',
      // Nothing here is a store, and it takes a fifth of all the time to see that.
      'svelte/require-store-reactive-access': 'off',
    },
  },
  // Who may import whom: the table is in test/lint/arrows.mjs, and oxlint holds all other files to it.
  { files: ['src/**/*.svelte'], plugins: { drobe }, rules: { 'drobe/arrows': 'error' } },
);
