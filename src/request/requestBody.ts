import type { Model } from '../model/Model.ts';
import type { SamplingOptions } from './CallOptions.ts';
import type { Context } from './Context.ts';
import type { Draft } from './Draft.ts';
import { wireMessages } from './wireMessages.ts';
import type { WireObject } from './WireObject.ts';
import { wireReasoningRequest } from './wireReasoningRequest.ts';
import { wireSampling } from './wireSampling.ts';
import { wireTools } from './wireTools.ts';

/** The body in the wire's words. What changes between turns comes last, so that a log shows what a call is about first. */
export const requestBody = (model: Model, context: Context, options: SamplingOptions, draft: Draft): WireObject => ({
  model: model.id,
  messages: wireMessages(context, draft),
  stream: true,
  stream_options: draft.manners.includeUsage ? { include_usage: true } : undefined,
  tools: wireTools(context.tools, draft),
  ...wireSampling(options, draft),
  ...wireReasoningRequest(model, options.reasoning, draft.manners),
  ...(draft.manners.sendRouting ? routingOf(model) : undefined),
  // Spread, never assigned: a field called `__proto__` stays a field.
  ...options.extraBody,
  ...ALWAYS,
});

/** The answer is read as a stream, whatever else was asked for. */
const ALWAYS: WireObject = { stream: true };

const routingOf = (model: Model): WireObject =>
  model.kind === 'openrouter' ? { provider: model.openrouterProvider, route: model.openrouterRoute } : {};
