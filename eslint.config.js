import rxjsX from 'eslint-plugin-rxjs-x';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist', '**/node_modules', '**/*.mjs', 'eslint.config.js'] },
  ...tseslint.configs.strictTypeChecked,
  rxjsX.configs.strict,
  {
    languageOptions: {
      parserOptions: { project: ['./tsconfig.json', './test/tsconfig.json'], tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      'max-lines': ['error', { max: 200 }],
      'no-console': 'error',
      // The engine makes a hidden class for every object that is written with a getter. It lives for long and keeps alive
      // whatever the getter sees: for what is made anew with each call that is slower than all the rest of the call.
      'no-restricted-syntax': ['error', { selector: "ObjectExpression > Property[kind='get']", message: 'Write a method: a getter in an object literal is dear.' }],
      // The house has no Finnish notation, and its public operators are named functions, which these rules do not know.
      'rxjs-x/finnish': 'off',
      'rxjs-x/no-exposed-subjects': 'error',
      'rxjs-x/no-sharereplay': 'error',
    },
  },
  {
    // What many calls share is made once.
    files: ['src/testing/**', 'operators/{rate,health}/**', 'operators/retry/retryBudget.ts', 'operators/hedge/latencyHistory.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['test/**', 'examples/**'],
    rules: {
      'max-lines': 'off',
      'no-console': 'off',
      'no-restricted-syntax': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      'rxjs-x/no-ignored-subscription': 'off',
      'rxjs-x/no-ignored-error': 'off',
    },
  },
);
