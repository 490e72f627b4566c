import { CompletionError } from './CompletionError.ts';

/** The caller's model, context or options cannot be used; `message` says which field and why, never its value. */
export const configError = (message: string): CompletionError => new CompletionError('config', { message });
