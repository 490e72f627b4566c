import { z } from 'zod';
import type { ModelFields } from './Model.ts';

const NON_EMPTY = 'must be a non-empty string';

/** A string that says something; the spaces around it do not count. */
export const nonEmpty: z.ZodType<string> = z.string(NON_EMPTY).trim().min(1, NON_EMPTY);

const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh'] as const;

/** What may be declared of any model. Field by field, so that each kind of model names its own. */
export const modelFields: Readonly<Record<keyof ModelFields, z.ZodType>> = {
  provider: nonEmpty.optional(),
  id: nonEmpty,
  baseUrl: nonEmpty.optional(),
  name: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  reasoning: z.union([z.boolean(), z.enum(EFFORTS)], `expected a boolean or one of ${EFFORTS.join(', ')}`).optional(),
  contextWindow: z.int().positive().optional(),
  maxTokens: z.int().positive().optional(),
  includeUsage: z.boolean().optional(),
  maxTokensField: z.enum(['max_tokens', 'max_completion_tokens']).optional(),
  systemRole: z.enum(['system', 'developer']).optional(),
  reasoningReplay: z.enum(['reasoning', 'reasoning_content', 'omit']).optional(),
  emptyReasoning: z.boolean().optional(),
  reasoningFields: z.array(z.string()).optional(),
  reasoningFormat: z.enum(['openrouter', 'effort']).optional(),
  toolCallIds: z.enum(['as_given', 'nine_alphanumeric']).optional(),
};
