import fc from 'fast-check';
import { addUsage, billableOutput, textOutput, uncachedInput, type Usage } from 'rx-completions/operators';
import { describe, expect, it } from 'vitest';

const usage = (figures: Partial<Usage> = {}): Usage => ({ source: 'reported', raw: {}, ...figures });

describe('addUsage', () => {
  it('adds what is known and keeps absent what neither side knows', () => {
    expect(addUsage(usage({ input: 1, output: 2, raw: 'a' }), usage({ input: 3, cacheRead: 4, raw: 'b' }))).toEqual({
      input: 4,
      output: 2,
      cacheRead: 4,
      source: 'reported',
      raw: ['a', 'b'],
    });
    expect(addUsage(usage(), usage())).toEqual({ source: 'reported', raw: [{}, {}] });
  });

  it('adds costs, and keeps only what they have in common', () => {
    const ours = usage({ cost: { total: 0.5, currency: 'USD', byok: true, upstream: 2, source: 'provider' } });
    const theirs = usage({ cost: { total: 0.25, currency: 'USD', byok: false, source: 'priced' } });
    expect(addUsage(ours, theirs).cost).toEqual({ total: 0.75, currency: 'USD', upstream: 2, source: 'priced' });
    expect(addUsage(ours, usage()).cost).toEqual(ours.cost);
    expect(addUsage(ours, ours).cost?.byok).toBe(true);
  });

  it('keeps an inclusion that holds of both sides, or of the only side it matters to', () => {
    const outside = usage({ reasoning: 3, reasoningIncluded: false });
    const inside = usage({ reasoning: 3, reasoningIncluded: true });
    expect(addUsage(outside, outside).reasoningIncluded).toBe(false);
    expect(addUsage(outside, usage({ reasoning: 0 })).reasoningIncluded).toBe(false);
    expect(addUsage(usage(), inside).reasoningIncluded).toBe(true);
    expect(addUsage(outside, inside)).not.toHaveProperty('reasoningIncluded');
    expect(addUsage(outside, usage({ reasoning: 2 }))).not.toHaveProperty('reasoningIncluded');
  });

  it('takes the weaker source', () => {
    expect(addUsage(usage({ source: 'derived' }), usage()).source).toBe('derived');
    expect(addUsage(usage({ source: 'derived' }), usage({ source: 'estimated' })).source).toBe('estimated');
  });

  it('law of association: turns add up to the same in any grouping', () => {
    const figures = fc.record(
      {
        input: fc.nat(99),
        output: fc.nat(99),
        reasoning: fc.nat(9),
        reasoningIncluded: fc.constant(true),
        cacheRead: fc.nat(9),
      },
      { requiredKeys: [] },
    );
    const any = figures.map((each) => usage(each));
    fc.assert(
      fc.property(any, any, any, (a, b, c) => {
        expect(addUsage(addUsage(a, b), c)).toEqual(addUsage(a, addUsage(b, c)));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('shares of usage', () => {
  it('are unknown where their whole is', () => {
    expect([billableOutput(usage()), textOutput(usage()), uncachedInput(usage())]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('are the whole where no part is known', () => {
    const plain = usage({ input: 3, output: 2 });
    expect([billableOutput(plain), textOutput(plain), uncachedInput(plain)]).toEqual([2, 2, 3]);
  });

  it('never fall below 0', () => {
    const odd = usage({ input: 3, cacheRead: 4, output: 2, reasoning: 5 });
    expect([billableOutput(odd), textOutput(odd), uncachedInput(odd)]).toEqual([2, 0, 0]);
  });
});
