/** The language of prompts against A1111's and ComfyUI's own parsers. */
import { expect, it } from 'vitest';
import { attention, comfyWeights, type Piece } from '../../src/text/attention';
import { parts } from '../../src/text/parts';
import { tagsOf } from '../../src/text/lora';
import { activeAt, schedule, type Span } from '../../src/text/schedule';
import { goldenJson, present } from './root';

const folder = 'kdiff/prompts';

type Pair = [string, number | string];
const pairs = (pieces: readonly Piece[]) =>
  pieces.map(({ text, weight }) => [text, Number.isFinite(weight) ? weight : pythonName(weight)]);
const pythonName = (value: number): string => String(value).replace('Infinity', 'inf').toLowerCase();
const ends = (spans: readonly Span[]) => spans.map(({ until, text }) => [until, text]);

/** The cases of a file that it knows an answer to, of all its lists. */
function casesOf<T>(file: string, lists: readonly string[]): T[] {
  const all = goldenJson(`${folder}/${file}.json`) as Record<string, T[] | undefined>;
  const found = lists.flatMap((list) => all[list] ?? []);
  expect(found.length).toBeGreaterThan(0);
  return found;
}

const lists = ['cases', 'nested', 'fuzz'];

if (present(`${folder}/attention.json`))
  it("A1111's emphasis", () => {
    for (const { prompt, result, error } of casesOf<{ prompt: string; result?: Pair[]; error?: string }>(
      'attention',
      lists,
    )) {
      // Where A1111 gives up, we go on.
      if (error !== undefined) expect(pairs(attention(prompt)), prompt).not.toEqual([]);
      else expect(pairs(attention(prompt)), prompt).toEqual(result);
    }
  });

if (present('tokenizer_cases/attention/case.json'))
  it('emphasis by the description of its grammar', () => {
    const { cases } = goldenJson('tokenizer_cases/attention/case.json') as {
      cases: { text: string; parsed: Pair[] }[];
    };
    expect(cases.length).toBeGreaterThan(0);
    for (const { text, parsed } of cases) expect(pairs(attention(text)), text).toEqual(parsed);
  });

if (present(`${folder}/comfy_weights.json`))
  it("ComfyUI's weights", () => {
    for (const { prompt, parts } of casesOf<{ prompt: string; parts: Pair[] }>('comfy_weights', lists))
      expect(pairs(comfyWeights(prompt)), prompt).toEqual(parts);
  });

/** `steps20`, `hires_pass_20_10_old_timelines`: what a schedule was asked for. */
const ASKED = /^(?:steps(?<steps>\d+)|hires_pass_(?<first>\d+)_(?<second>\d+))(?<old>_old_timelines)?$/;

if (present(`${folder}/schedules.json`))
  it('prompt editing and alternation, in both passes and by both timelines', () => {
    let asked = 0;
    for (const { prompt, ...expected } of casesOf<{ prompt: string }>('schedules', lists))
      for (const [name, spans] of Object.entries(expected)) {
        const groups = ASKED.exec(name)?.groups;
        if (!groups) continue;
        asked++;
        const steps = Number(groups['steps'] ?? groups['first']);
        const hires = groups['second'] === undefined ? {} : { hires: Number(groups['second']) };
        const old = groups['old'] !== undefined;
        expect(ends(schedule(prompt, { steps, ...hires, old })), `${name} of ${prompt}`).toEqual(spans);
      }
    expect(asked).toBeGreaterThan(0);
  });

if (present(`${folder}/and.json`))
  it('AND', () => {
    for (const { prompt, parts: expected } of casesOf<{ prompt: string; parts: Pair[] }>('and', ['cases']))
      expect(pairs(parts(prompt)), prompt).toEqual(expected);
  });

if (present(`${folder}/active_step.json`))
  it('which text a call of the model reads', () => {
    type Case = {
      prompt: string;
      schedule: [number, string][];
      active_text_per_denoiser_call: string[];
    };
    for (const { prompt, schedule: expected, active_text_per_denoiser_call: calls } of casesOf<Case>(
      'active_step',
      ['cases'],
    )) {
      const spans = schedule(prompt, { steps: expected.at(-1)![0] });
      expect(ends(spans), prompt).toEqual(expected);
      expect(
        calls.map((_, call) => activeAt(spans, call).text),
        prompt,
      ).toEqual(calls);
    }
  });

const networks = 'kdiff/infotext/extra_networks.json';
if (present(networks))
  it('tags of LoRAs and the like', () => {
    type Case = { prompt: string; text: string; networks: Record<string, { items: string[] }[]> };
    const { cases } = goldenJson(networks) as { cases: Case[] };
    expect(cases.length).toBeGreaterThan(0);
    for (const { prompt, text, networks } of cases) {
      const found = tagsOf(prompt);
      expect(found.prompt, prompt).toBe(text);
      for (const [kind, tags] of Object.entries(networks))
        expect(found.tags.filter((tag) => tag.kind === kind).map(({ items }) => items)).toEqual(
          tags.map(({ items }) => items),
        );
      expect(new Set(found.tags.map(({ kind }) => kind)), prompt).toEqual(new Set(Object.keys(networks)));
    }
  });
