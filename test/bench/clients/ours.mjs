/** This package, with what a subscriber makes of its events. */

const context = { messages: [{ role: 'user', content: 'hi' }] };
const options = { limits: { maxToolInputBytes: 64 << 20 } };

/** A call, not yet made. */
export const openCall = async (baseUrl) => {
  const { openAICompatModel, streamOpenAICompletions } = await import('../../../dist/src/index.js');
  const model = openAICompatModel({ provider: 'bench', id: 'm', baseUrl });
  return () => streamOpenAICompletions(model, context, options);
};

const withOperators = async (baseUrl, make) => {
  const [call, operators, { tap }] = await Promise.all([openCall(baseUrl), import('../../../dist/operators/index.js'), import('rxjs')]);
  return make(call, operators, tap);
};

const events = async (baseUrl) => {
  const call = await openCall(baseUrl);
  return async () => {
    const answer = { text: '', reasoning: '', calls: [] };
    await call().forEach((event) => {
      if (event.type === 'text_delta') answer.text += event.delta;
      else if (event.type === 'reasoning_delta') answer.reasoning += event.delta;
      else if (event.type === 'tool_call_delta') answer.calls[event.index] = (answer.calls[event.index] ?? '') + event.delta;
    });
    return answer;
  };
};

const accumulated = (baseUrl) =>
  withOperators(baseUrl, (call, { accumulateText }) => async () => {
    const answer = { text: '' };
    await call()
      .pipe(accumulateText())
      .forEach((text) => {
        answer.text = text;
      });
    return answer;
  });

const fiveOperators = (baseUrl) =>
  withOperators(baseUrl, (call, operators, tap) => async () => {
    const { fallbackEndpoints, stripThink, assembleToolCalls, normalizeUsage, accumulateText } = operators;
    const answer = { text: '', reasoning: '', calls: [] };
    const rest = tap((event) => {
      if (event.type === 'reasoning_delta') answer.reasoning += event.delta;
      else if (event.type === 'tool_call') answer.calls.push(event.input);
    });
    await call()
      .pipe(fallbackEndpoints([]), stripThink(), assembleToolCalls(), normalizeUsage(), rest, accumulateText())
      .forEach((text) => {
        answer.text = text;
      });
    return answer;
  });

export const ours = {
  events: { title: 'rx-completions', load: events, isOurs: true },
  accumulateText: { title: 'rx-completions + accumulateText', load: accumulated, isOurs: true },
  'five operators': { title: 'rx-completions + 5 operators', load: fiveOperators, isOurs: true },
};
