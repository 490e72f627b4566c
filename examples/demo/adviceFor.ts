import { CompletionError } from 'rx-completions';
import { UsageError } from './readOptions.ts';

/** What happened and what to do about it, in one sentence. */
export const adviceFor = (error: unknown): string => {
  if (error instanceof UsageError) return error.message;
  if (!(error instanceof CompletionError)) throw error;
  // The demo's own endpoint always fails; what the caller wants to know is why theirs did.
  const failure = error.errors?.at(-1) ?? error;
  return `${failure.message}; ${whatToDo(failure)}`;
};

const whatToDo = ({ code, status, retryable }: CompletionError): string => {
  switch (code) {
    case 'config':
      return 'set RX_COMPLETIONS_API_KEY if it is a key that is missing, and see --help';
    case 'auth':
      return 'check the key: RX_COMPLETIONS_API_KEY, or the variable of the vendor';
    case 'quota':
      return 'add credit to the account, or name another --model';
    case 'connect':
    case 'tls':
      return 'start the server there, or correct --base-url';
    case 'http_status':
      if (status === 404) return 'check --model and --base-url, which ends in /v1 for most servers';
      if (status === 400 || status === 422) return 'try --no-tools: not every server takes them';
      break;
    case 'unexpected_content':
    case 'redirect':
      return 'check --base-url, which ends in /v1 for most servers';
    case 'context_length':
      return 'ask for less with --prompt';
  }
  return retryable ? 'try again in a while' : 'try another --model or --base-url';
};
