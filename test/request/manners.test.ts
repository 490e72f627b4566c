import type { Message } from 'rx-completions';
import { describe, expect, it } from 'vitest';
import { bodyOf, compatAt, hello } from './support.ts';

const call: Message = { role: 'assistant', content: [{ type: 'tool_call', id: 'call_PTLP8xhu3uwZk4l3nlnrrJha', name: 'f', args: '{}' }] };
const result: Message = { role: 'tool', toolCallId: 'call_PTLP8xhu3uwZk4l3nlnrrJha', content: 'x' };

const idsAt = (baseUrl: string, ...messages: Message[]): unknown[] => {
  const { messages: sent } = bodyOf(compatAt(baseUrl), { messages }) as { messages: { tool_calls?: { id: string }[]; tool_call_id?: string }[] };
  return sent.map((message) => message.tool_call_id ?? message.tool_calls?.[0]?.id);
};

describe('manners', () => {
  it.each([
    ['https://api.openai.com/v1', 'max_completion_tokens', true],
    ['https://my.openai.azure.com/openai/deployments/d/chat/completions?api-version=1', 'max_completion_tokens', true],
    ['https://api.mistral.ai/v1', 'max_tokens', false],
    ['https://api.deepseek.com/v1', 'max_tokens', true],
    ['https://openai.com.evil.test/v1', 'max_tokens', true],
  ])('T-US-14: of %s are known by its host', (baseUrl, field, usage) => {
    const body = bodyOf(compatAt(baseUrl), hello, { maxTokens: 7 });
    expect(body).toMatchObject({ [field]: 7 });
    expect('stream_options' in body).toBe(usage);
  });

  it("T-TC-10: another endpoint's tool call ids fit Mistral, and call and result still belong together", () => {
    const [called, answered] = idsAt('https://api.mistral.ai/v1', call, result);
    expect(called).toMatch(/^[a-zA-Z0-9]{9}$/);
    expect(answered).toBe(called);
    expect(idsAt('https://api.mistral.ai/v1', { ...result, toolCallId: 'D681PevKs' })).toEqual(['D681PevKs']);
    expect(idsAt('https://api.groq.com/openai/v1', call, result)).toEqual(Array(2).fill('call_PTLP8xhu3uwZk4l3nlnrrJha'));
  });

  it('T-TH-11: an answer without reasoning goes back with an empty one where the model says so', () => {
    const model = compatAt('https://api.deepseek.com/v1', { emptyReasoning: true });
    const messages: Message[] = [{ role: 'assistant', content: 'Hi' }, call, { role: 'user', content: 'and?' }];
    const { messages: sent } = bodyOf(model, { messages }) as { messages: object[] };
    expect(sent.map((message) => 'reasoning_content' in message)).toEqual([true, true, false]);
  });
});
