import type { Model, StreamEvent } from 'rx-completions';
import type { ToolCallEvent, UsageEvent } from 'rx-completions/operators';
import { clean } from './clean.ts';
import { createWrapper, type Wrapper } from './createWrapper.ts';

/** Where the demo is shown. */
export interface Terminal {
  readonly write: (text: string) => void;
  readonly colours: boolean;
  /** Columns; Infinity where nobody wraps. */
  readonly width: number;
}

/** What the screen can show: the events, and the answer's text so far. */
export type View = StreamEvent | ToolCallEvent | UsageEvent | { readonly type: 'answer'; readonly text: string };

export interface Screen {
  asks(prompt: string, model: Model): void;
  show(view: View): void;
  summary(lines: readonly (readonly [string, string])[]): void;
  stopped(): void;
  failed(advice: string): void;
}

const COLOURS = { dim: '2', red: '31', green: '32', yellow: '33', blue: '34', magenta: '35', cyan: '36', bold: '1' } as const;

type Colour = keyof typeof COLOURS;

const LABEL_WIDTH = 12;

/** Shows one call, section by section. Whatever others wrote is cleaned on its way out. */
export const createScreen = ({ write, colours, width }: Terminal): Screen => {
  let section: { readonly label: string; readonly wrapper: Wrapper; readonly end: string } | undefined;
  let shown = '';
  let usage = 'not reported';

  const paint = (text: string, colour: Colour): string =>
    colours ? `\u001b[${COLOURS[colour]}m${text}\u001b[0m` : text;

  const close = (): void => {
    if (section === undefined) return;
    section.wrapper.flush();
    write(`${section.end}\n`);
    section = undefined;
  };

  /** Goes on with the section of this label, or begins it. */
  const pour = (label: string, colour: Colour, text: string, body?: Colour): void => {
    if (section?.label !== label) {
      close();
      write(paint(label.padEnd(LABEL_WIDTH), colour));
      const [begin, end] = body === undefined || !colours ? ['', ''] : [`\u001b[${COLOURS[body]}m`, '\u001b[0m'];
      write(begin);
      section = { label, wrapper: createWrapper(write, LABEL_WIDTH, width), end };
    }
    section.wrapper.push(clean(text));
  };

  const line = (label: string, colour: Colour, text: string, body?: Colour): void => {
    close();
    pour(label, colour, text, body);
    close();
  };

  const gap = (): void => {
    close();
    write('\n');
  };

  return {
    asks: (prompt, model) => {
      line('prompt', 'blue', prompt, 'bold');
      line('asking', 'blue', `${model.id} at ${hostOf(model)}`);
    },
    show: (view) => {
      switch (view.type) {
        case 'fallback':
          line('fallback', 'yellow', `${view.error.message}; asking the next endpoint`);
          break;
        case 'start':
          line('answering', 'green', `${view.endpoint.model} at ${view.endpoint.host}, attempt ${view.attempt}`);
          gap();
          break;
        case 'reasoning_delta':
          pour('thinking', 'magenta', view.delta, 'dim');
          break;
        case 'answer':
          if (section?.label === 'thinking') gap();
          // A text that does not go on from the one shown is the text of another attempt.
          pour('answer', 'green', view.text.startsWith(shown) ? view.text.slice(shown.length) : `\n${view.text}`);
          shown = view.text;
          break;
        case 'tool_call':
          gap();
          line('tool call', 'cyan', describeCall(view));
          line('', 'dim', 'shown, not run', 'dim');
          break;
        case 'usage':
          // Kept for the end: a report replaces the one before it, and some endpoints send one with every chunk.
          usage = describeUsage(view);
          break;
        case 'warning':
          line('warning', 'yellow', view.message);
          break;
        case 'done':
          gap();
          line('usage', 'blue', usage);
          line('done', 'green', `${view.reason} after ${view.attempts} attempts`);
      }
    },
    summary: (lines) => {
      gap();
      write(`${paint('What the operators did', 'bold')}\n`);
      for (const [operator, did] of lines) write(`  ${paint(operator.padEnd(20), 'blue')}${clean(did)}\n`);
    },
    stopped: () => {
      gap();
      line('stopped', 'yellow', 'the call is unsubscribed and its socket closed');
    },
    failed: (advice) => line('failed', 'red', advice),
  };
};

const hostOf = ({ baseUrl }: Model): string => new URL(baseUrl).host;

const describeCall = (call: ToolCallEvent): string =>
  call.inputError === undefined
    ? `${call.name} ${JSON.stringify(call.input)}`
    : `${call.name} ${call.args} (not to be run: ${call.inputError.message})`;

/** What is absent was not reported. */
const describeUsage = ({ input, output, reasoning, cacheRead, total }: UsageEvent): string =>
  Object.entries({ input, output, reasoning, cacheRead, total })
    .flatMap(([name, tokens]) => (tokens === undefined ? [] : [`${name} ${tokens}`]))
    .join(', ');
