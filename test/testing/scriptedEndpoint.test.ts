import { request as httpRequest } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { chunk, replay, script, scriptedEndpoint, scriptOfAnswer, streamOf } from 'rx-completions/testing';
import { describe, expect, it } from 'vitest';
import { connectTo, post } from './client.ts';

const fetchText = async (baseUrl: string, body = '{}'): Promise<string> =>
  (await fetch(`${baseUrl}/chat/completions`, { method: 'POST', body, headers: { connection: 'close' } })).text();

describe('the scripted endpoint answers', () => {
  it('with a chunked event stream when the script only says data', async () => {
    await using endpoint = await scriptedEndpoint(script().data({ a: 1 }).comment('ping').done());
    const client = await connectTo(endpoint.port);
    client.send(post());
    await client.sees('0\r\n\r\n');
    expect(client.received()).toBe(
      'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n' +
        'f\r\ndata: {"a":1}\n\n\r\n8\r\n: ping\n\n\r\ne\r\ndata: [DONE]\n\n\r\n0\r\n\r\n',
    );
    client.socket.destroy();
  });

  it('what an HTTP client can read', async () => {
    await using endpoint = await scriptedEndpoint(scriptOfAnswer('Hello world'));
    expect(await fetchText(endpoint.baseUrl)).toContain('"content":"Hell"');
  });

  it('with plain steps in an array as with a script', async () => {
    await using endpoint = await scriptedEndpoint([{ type: 'body', bytes: 'plain' }, { type: 'end' }]);
    expect(await fetchText(endpoint.baseUrl)).toBe('plain');
  });

  it('the n-th request with the n-th script, and repeats the last', async () => {
    await using endpoint = await scriptedEndpoint([script().body('one'), script().body('two')]);
    const answers = [];
    for (let n = 0; n < 3; n++) answers.push(await fetchText(endpoint.baseUrl));
    expect(answers).toEqual(['one', 'two', 'two']);
  });

  it('by a function of the request and its number', async () => {
    await using endpoint = await scriptedEndpoint((request, index) => script().body(`${index}:${request.body}`));
    expect(await fetchText(endpoint.baseUrl, 'first')).toBe('0:first');
    expect(await fetchText(endpoint.baseUrl, 'second')).toBe('1:second');
  });

  it('several requests on one connection', async () => {
    await using endpoint = await scriptedEndpoint([script().body('one').end(), script().json({ two: 2 })]);
    const client = await connectTo(endpoint.port);
    client.send(post());
    await client.sees('0\r\n\r\n');
    client.send(post());
    await client.sees('{"two":2}');
    expect(endpoint.requests.map(({ connection }) => connection)).toEqual([1, 1]);
    expect(endpoint.connections).toBe(1);
    client.socket.destroy();
  });

  it('two requests sent at once in their order', async () => {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    await using endpoint = await scriptedEndpoint([
      script().until(gate).body('first'),
      script().body('second'),
      script().body('elsewhere'),
    ]);
    const client = await connectTo(endpoint.port);
    client.send(post() + post());
    await endpoint.received({ count: 2 });
    expect(await fetchText(endpoint.baseUrl)).toBe('elsewhere');
    open();
    await client.sees('second');
    expect(client.received()).toMatch(/first[^]*second/);
    client.socket.destroy();
  });

  it('with a body that ends with the connection', async () => {
    await using endpoint = await scriptedEndpoint(script().headers(200, {}, { version: '1.0' }).body('until closed'));
    const client = await connectTo(endpoint.port);
    client.send(post());
    expect(await client.ended).toBe('end');
    expect(client.received()).toMatch(/^HTTP\/1\.0 200 OK\r\n(?!.*transfer-encoding).*\r\n\r\nuntil closed$/s);
  });

  it('with the content-length the script gives, however it spells the header', async () => {
    await using endpoint = await scriptedEndpoint(script().headers(200, { 'Content-Length': 2 }).body('ok').end());
    const client = await connectTo(endpoint.port);
    client.send(post());
    await client.sees('\r\n\r\nok');
    expect(client.received()).not.toContain('chunked');
    client.socket.destroy();
  });

  it('with headers that repeat', async () => {
    await using endpoint = await scriptedEndpoint(script().headers(429, { 'set-cookie': ['a=1', 'b=2'] }).end());
    const response = await fetch(endpoint.baseUrl, { headers: { connection: 'close' } });
    expect(response.status).toBe(429);
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    await response.text();
  });

  it('with raw bytes before the head, as an informational response needs (fault 9)', async () => {
    const early = script().raw('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n').data('late');
    await using endpoint = await scriptedEndpoint(early);
    expect(await fetchText(endpoint.baseUrl)).toBe('data: late\n\n');
  });

  it('with raw bytes alone when the script speaks no HTTP (fault 11)', async () => {
    await using endpoint = await scriptedEndpoint(script().raw('garbage').fin());
    const client = await connectTo(endpoint.port);
    client.send(post());
    expect(await client.ended).toBe('end');
    expect(client.received()).toBe('garbage');
  });

  it('with a whole response by hand, to which it adds nothing', async () => {
    const byHand = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
    await using endpoint = await scriptedEndpoint(script().raw(byHand).end());
    const client = await connectTo(endpoint.port);
    client.send(post('{}', 'Connection: close\r\n'));
    await client.ended;
    expect(client.received()).toBe(byHand);
  });

  it('with an empty piece of the body as with none', async () => {
    await using endpoint = await scriptedEndpoint(script().body('one ').body('').body('two'));
    expect(await fetchText(endpoint.baseUrl)).toBe('one two');
  });

  it('closes the connection after the response when the client asked for it', async () => {
    await using endpoint = await scriptedEndpoint(script().body('bye').end());
    const client = await connectTo(endpoint.port);
    client.send(post('{}', 'Connection: close\r\n'));
    expect(await client.ended).toBe('end');
    await endpoint.closed();
  });
});

describe('the scripted endpoint cuts', () => {
  const sent = streamOf(chunk({ text: 'hé' }));
  const readsOf = async (rule: 'every' | number | { seed: number }): Promise<readonly string[]> => {
    await using endpoint = await scriptedEndpoint(script().headers(200, {}, { framing: 'close' }).split(rule).body(sent));
    const client = await connectTo(endpoint.port);
    client.send(post());
    await client.ended;
    expect(client.received().endsWith(Buffer.from(sent).toString())).toBe(true);
    return client.reads.slice(1);
  };

  it('after every byte, each in a read of its own as far as the kernel allows', async () => {
    const reads = await readsOf('every');
    expect(reads.length).toBeGreaterThan(sent.length * 0.8);
  });

  it('after so many bytes', async () => {
    const reads = await readsOf(10);
    expect(reads.length).toBeGreaterThan(sent.length / 10 / 2);
    expect(reads.every((read) => read.length % 10 === 0 || read === reads.at(-1))).toBe(true);
  });

  it('at lengths that a seed decides', async () => {
    const lengths = (await readsOf({ seed: 1 })).map((read) => read.length);
    expect(new Set(lengths).size).toBeGreaterThan(3);
  });

  it('a recording into its pieces, at its pace', async () => {
    const bytes = new TextEncoder().encode('abcdefgh');
    const opening = script().headers(200, {}, { framing: 'close' });
    await using endpoint = await scriptedEndpoint(replay(bytes, { cuts: [3, 2], delaysMs: [0, 20], opening }));
    const client = await connectTo(endpoint.port);
    const before = performance.now();
    client.send(post());
    await client.ended;
    expect(client.reads.slice(1)).toEqual(['abc', 'de', 'fgh']);
    expect(performance.now() - before).toBeGreaterThan(18);
  });

  it('the connection without ending the response (fault 50)', async () => {
    await using endpoint = await scriptedEndpoint(script().data('half').fin());
    const client = await connectTo(endpoint.port);
    client.send(post());
    expect(await client.ended).toBe('end');
    expect(client.received().endsWith('data: half\n\n\r\n')).toBe(true);
  });

  it('by a reset that comes after what was sent before it (fault 51)', async () => {
    await using endpoint = await scriptedEndpoint(script().data('half').reset());
    const client = await connectTo(endpoint.port);
    client.send(post());
    expect(await client.ended).toBe('ECONNRESET');
    expect(client.received()).toContain('data: half');
  });

  it('by a reset before any byte (fault 7)', async () => {
    await using endpoint = await scriptedEndpoint(script().reset());
    const client = await connectTo(endpoint.port);
    client.send(post());
    expect(await client.ended).toBe('ECONNRESET');
    expect(client.received()).toBe('');
  });
});

describe('the scripted endpoint waits', () => {
  it('until the test lets it go on', async () => {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    await using endpoint = await scriptedEndpoint(script().data('before').until(gate).data('after'));
    const client = await connectTo(endpoint.port);
    client.send(post());
    await client.sees('before');
    expect(client.received()).not.toContain('after');
    open();
    await client.sees('after');
    client.socket.destroy();
  });

  it('calls a gate only when the script gets there', async () => {
    const order: string[] = [];
    const gated = script()
      .body('x')
      .until(() => {
        order.push('gate');
      });
    await using endpoint = await scriptedEndpoint(gated);
    order.push('request');
    await fetchText(endpoint.baseUrl);
    expect(order).toEqual(['request', 'gate']);
  });

  it('at as many gates as a script has', async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error): number => warnings.push(warning);
    process.on('warning', listen);
    const gates = Array.from({ length: 30 }).reduce<ReturnType<typeof script>>(
      (soFar) => soFar.until(() => Promise.resolve()),
      script(),
    );
    await using endpoint = await scriptedEndpoint(gates.body('through'));
    expect(await fetchText(endpoint.baseUrl)).toBe('through');
    process.off('warning', listen);
    expect(warnings).toEqual([]);
  });

  it('for ever after a stall, without a byte (fault 6)', async () => {
    await using endpoint = await scriptedEndpoint([script().stall(), script().data('x').stall(), script().body('ok')]);
    const clients = [await connectTo(endpoint.port), await connectTo(endpoint.port)];
    for (const [index, client] of clients.entries()) {
      client.send(post());
      await endpoint.received({ count: index + 1 });
    }
    await clients[1]?.sees('data: x');
    // A whole exchange later, an end would have come.
    await fetchText(endpoint.baseUrl);
    expect(clients[0]?.received()).toBe('');
    expect(clients[1]?.received()).toMatch(/data: x\n\n\r\n$/);
    await endpoint.close();
    expect(endpoint.openSockets).toBe(0);
    await Promise.all(clients.map((client) => client.ended));
  });

  it('while the client does not read', async () => {
    const order: string[] = [];
    const large = script()
      .headers(200, {}, { framing: 'close' })
      .body('x'.repeat(20_000_000))
      .until(() => order.push('written'));
    await using endpoint = await scriptedEndpoint([large, script().body('ok')]);
    const client = await connectTo(endpoint.port);
    client.socket.pause();
    client.send(post());
    await endpoint.received();
    await fetchText(endpoint.baseUrl);
    order.push('reading');
    client.socket.resume();
    await client.ended;
    expect(order).toEqual(['reading', 'written']);
  });

  it('for the head of a request only, when told to answer early (fault 17)', async () => {
    await using endpoint = await scriptedEndpoint(script().headers(413).end(), { answersAt: 'head' });
    const client = await connectTo(endpoint.port);
    client.send('POST /v1 HTTP/1.1\r\nContent-Length: 4\r\n\r\nab');
    await client.sees('413');
    expect(endpoint.requests[0]?.body).toBe('ab');
    client.send('cd');
    client.socket.end();
    await endpoint.closed();
    expect(endpoint.requests[0]?.body).toBe('abcd');
  });
});

describe('the scripted endpoint records', () => {
  it('method, path, headers and body of each request', async () => {
    await using endpoint = await scriptedEndpoint(script().json({}));
    await fetch(`${endpoint.baseUrl}/chat/completions?v=1`, {
      method: 'POST',
      headers: { 'X-One': '1', connection: 'close' },
      body: '{"model":"ü"}',
    });
    const [request] = endpoint.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/v1/chat/completions?v=1', body: '{"model":"ü"}' });
    expect(request?.headers['x-one']).toBe('1');
    expect(request?.json()).toEqual({ model: 'ü' });
  });

  it('a body sent in chunks, however they are cut', async () => {
    await using endpoint = await scriptedEndpoint(script().json({}));
    const request = httpRequest(`${endpoint.baseUrl}/chat/completions`, { method: 'POST', agent: false });
    request.setNoDelay(true);
    const answered = new Promise<string>((resolve, reject) => {
      request.once('response', (response) => {
        textOf(response).then(resolve, reject);
      });
      request.once('error', reject);
    });
    for (const piece of ['{"mod', 'el":', '"m"}']) request.write(piece);
    request.end();
    await answered;
    expect(endpoint.requests[0]?.json()).toEqual({ model: 'm' });
  });

  it('a request that comes byte by byte', async () => {
    await using endpoint = await scriptedEndpoint(script().body('ok').end());
    const client = await connectTo(endpoint.port);
    client.socket.setNoDelay(true);
    for (const byte of 'POST /v1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nt: 1\r\n\r\n') {
      client.send(byte);
    }
    await client.sees('ok');
    expect(endpoint.requests[0]?.body).toBe('abcde');
    client.socket.destroy();
  });
});

describe('the scripted endpoint verifies', () => {
  it('that the client closes its connection', async () => {
    await using endpoint = await scriptedEndpoint(script().data('x').expectClosed({ withinMs: 5000 }));
    const client = await connectTo(endpoint.port);
    client.send(post());
    await client.sees('data: x');
    expect(endpoint.expectations.map(({ state }) => state)).toEqual(['pending']);
    client.socket.destroy();
    await endpoint.verify();
    await endpoint.closed();
    expect(endpoint.expectations.map(({ state }) => state)).toEqual(['met']);
  });

  it('and names the client that does not', async () => {
    await using endpoint = await scriptedEndpoint(script().data('x').expectClosed({ withinMs: 20 }));
    const client = await connectTo(endpoint.port);
    client.send(post());
    await client.sees('data: x');
    await expect(endpoint.verify()).rejects.toThrow(
      'request 1 (POST /v1/chat/completions): the client closes its connection within 20 ms: ' +
        'the client kept its connection open for 20 ms',
    );
    client.socket.destroy();
  });

  it('and counts a client that left before the script got there as closed', async () => {
    await using endpoint = await scriptedEndpoint(script().data('x').until(new Promise(() => undefined)).expectClosed());
    const client = await connectTo(endpoint.port);
    client.send(post());
    await client.sees('data: x');
    client.socket.destroy();
    await endpoint.verify();
  });

  it('and fails what was still expected when the endpoint is closed', async () => {
    const endpoint = await scriptedEndpoint(script().expectClosed());
    const client = await connectTo(endpoint.port);
    client.send(post());
    await endpoint.received();
    await endpoint.close();
    await expect(endpoint.verify()).rejects.toThrow('the endpoint was closed before');
    await client.ended;
  });

  it('and names a script with an expectation that was never asked for', async () => {
    await using endpoint = await scriptedEndpoint([script().body('one'), script().expectClosed()]);
    await fetchText(endpoint.baseUrl);
    await expect(endpoint.verify()).rejects.toThrow('script 2 of 2 was never asked for');
  });

  it('and names a script that failed', async () => {
    await using endpoint = await scriptedEndpoint(script().until(() => Promise.reject(new Error('no gate'))).expectClosed());
    await fetchText(endpoint.baseUrl).catch(() => undefined);
    await expect(endpoint.verify()).rejects.toThrow(
      /the script of request 1 \(POST .*\) failed: Error: no gate\n.* within 1000 ms: its script failed before/,
    );
  });

  it('and names a client that speaks no HTTP, after answering 400', async () => {
    await using endpoint = await scriptedEndpoint(script().body('never'));
    const client = await connectTo(endpoint.port, { allowHalfOpen: true });
    client.send('hello\r\n\r\n');
    expect(await client.ended).toBe('end');
    client.send('how are you\r\n\r\n');
    client.socket.end();
    await endpoint.closed();
    expect(client.received()).toMatch(/^HTTP\/1\.1 400 /);
    const failure = await endpoint.verify().catch((error: unknown) => String(error));
    expect(failure).toMatch(/^Error: connection 1 sent something that is no request: Error: no HTTP request line$/);
  });

  it('and gives up on what stays undecided', async () => {
    await using endpoint = await scriptedEndpoint(script().until(new Promise(() => undefined)).expectClosed());
    const client = await connectTo(endpoint.port);
    client.send(post());
    await endpoint.received();
    await expect(endpoint.verify({ withinMs: 20 })).rejects.toThrow('undecided after 20 ms');
    client.socket.destroy();
  });
});

describe('the scripted endpoint is a good neighbour', () => {
  it.each(['0.0.0.0', '::', '192.168.0.1', 'example.org', '127.evil.org'])('refuses to listen on %s (fault 134)', async (host) => {
    await expect(scriptedEndpoint(script(), { host })).rejects.toThrow(`loopback only, not on ${host}`);
  });

  it('listens on another loopback address when asked', async () => {
    await using endpoint = await scriptedEndpoint(script().body('ok').end(), { host: '127.0.0.2' });
    expect(await fetchText(endpoint.baseUrl)).toBe('ok');
  });

  it('survives a client that aborts in the middle of a large body', async () => {
    const large = script().headers().body('x'.repeat(20_000_000)).end();
    await using endpoint = await scriptedEndpoint([large, script().body('fine').end()]);
    const client = await connectTo(endpoint.port);
    client.send(post());
    await client.sees('xxx');
    client.socket.resetAndDestroy();
    await endpoint.closed();
    expect(await fetchText(endpoint.baseUrl)).toBe('fine');
    await endpoint.verify();
  });

  it('tells when connections stay open', async () => {
    await using endpoint = await scriptedEndpoint(script().stall());
    const client = await connectTo(endpoint.port);
    client.send(post());
    await endpoint.received();
    await expect(endpoint.closed({ withinMs: 20 })).rejects.toThrow('1 of 1 connections are still open after 20 ms');
    await expect(endpoint.received({ count: 2, withinMs: 20 })).rejects.toThrow('1 of 2 requests came within 20 ms');
    client.socket.destroy();
    await endpoint.closed();
  });

  it('leaves no socket, timer or server behind when closed in the middle of everything', async () => {
    const before = process.getActiveResourcesInfo().filter((kind) => /TCP|Timeout/.test(kind)).length;
    const endpoint = await scriptedEndpoint([script().wait(60_000), script().expectClosed({ withinMs: 60_000 })]);
    const clients = [await connectTo(endpoint.port), await connectTo(endpoint.port)];
    for (const client of clients) client.send(post());
    await endpoint.received({ count: 2 });
    await endpoint.close();
    await Promise.all(clients.map((client) => client.ended));
    await endpoint.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(process.getActiveResourcesInfo().filter((kind) => /TCP|Timeout/.test(kind)).length).toBeLessThanOrEqual(before);
  });
});
