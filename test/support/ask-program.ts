/** Requests to the HTTP side of a program that runs as a process of its own. */
import { request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly json: Record<string, unknown>;
}

/** On a connection of its own: the program closes idle ones while the test waits for something else. */
export function askProgram(
  address: string,
  apiKey: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { method, headers: { 'X-API-Key': apiKey }, agent: false } as const;
    const sent = request(`http://${address}/rest/${path}`, options, (response) => {
      let text = '';
      response.on('data', (data: Buffer) => (text += data.toString()));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, json: jsonOf(text) });
      });
    });
    sent.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** An answer that is no JSON is an error's text. */
function jsonOf(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text || '{}') as Record<string, unknown>;
  } catch {
    return { error: text };
  }
}
