/** What is said before a run, while it goes on, and afterwards. */
import type { ModelFacts, Notice, MemorySavings } from '../../../../engine/api';
import type { DrobeError } from '../../../../errors';
import type { UnitObstacle } from '../../../control/unit';
import type { ReferenceObstacle } from '../../../reference/reference';
import type { News, Phase, Running, Stage } from '../../../run/news';
import type { Obstacle, Settings } from '../../../settings/settings';
import { app } from '../shell/app';
import { control } from '../guide/control';
import { clean } from '../../format';
import { format } from '../format';
import { models } from '../models/models';
import { nets } from '../models/nets';
import { reference } from '../guide/reference';
import { problems } from '../problems';
import { queue } from './queue';

const { bytes, count, duration } = format;

/** Why nothing can be generated as things stand. */
const obstacleWords: Record<Obstacle | UnitObstacle | ReferenceObstacle, string> = {
  ...control.obstacles,
  ...reference.obstacles,
  'no-picture': 'Choose a picture to start from',
  'no-mask': 'Paint over what should change',
  'all-kept': 'All of it is kept: erase the mask where the picture should change',
  'no-margin': 'Drag an edge of the frame, or say how many pixels to add',
  'only-instruct': 'This model changes pictures by instruction: use Instruct, or choose another model',
  'no-instruct': 'This model takes no instructions: choose an InstructPix2Pix model',
};

/** What is said once of a run: before it, in it and at its end. */
function newsWords(news: News): string {
  switch (news.kind) {
    case 'no-prompt':
      return 'Say what the picture should show, or press again to draw without a prompt.';
    case 'no-upscaler':
      return models.noUpscaler;
    case 'alike':
      return queue.alike;
    case 'waits':
      return queue.waits(news.waiting, news.held);
    case 'obstacle':
      return `${obstacleWords[news.obstacle]}.`;
    case 'picture':
      return queue.picture(news.number, news.of);
    case 'done': {
      const done = `Done: ${news.pictures === 1 ? 'the picture' : `${news.pictures} pictures`} took ${duration(news.took)}.`;
      const failed = news.failed ? ` ${queue.failed(news.failed)}` : '';
      return `${done}${failed}${news.alike ? ` ${queue.alikeNow}` : ''}`;
    }
    case 'cancelled':
      if (news.next) return queue.cancelledNext;
      return news.of === 1 ? 'Cancelled.' : `Cancelled: ${news.pictures} of ${news.of} pictures are done.`;
    case 'failed':
      return news.next ? queue.failedNext : 'The run has failed.';
  }
}

/**
 * How far it is, before the page's name in the tab; what has ended is said until somebody has seen it.
 * @param place which picture of how many is drawn, over all runs that follow each other.
 */
function titleWords(
  run: Running | { readonly kind: 'idle' | 'failed' | 'done' },
  unseen: News | null,
  { number, of }: { readonly number: number; readonly of: number | null } = { number: 1, of: 1 },
): string {
  if (run.kind === 'running') {
    const { stage } = run;
    const step = stage?.kind === 'step' ? `${stage.step}/${stage.steps}` : 'Working';
    return `${of === 1 ? '' : `${queue.place(number, of)} `}${step} · Drobė`;
  }
  if (unseen?.kind === 'done') return 'Done · Drobė';
  return unseen?.kind === 'failed' ? 'Failed · Drobė' : app.title;
}

/** Why the negative prompt that was typed makes no difference; nothing where it does. */
function negativeWords(
  { negative, guidance }: Pick<Settings, 'negative' | 'guidance'>,
  model: Pick<ModelFacts, 'kind' | 'ignoresNegative'> | null,
): string {
  if (!negative.trim()) return '';
  if (model?.ignoresNegative) return 'Has no effect: this model has its guidance built in.';
  return guidance <= 1 && model?.kind !== 'instruct' ? 'Has no effect at a guidance scale of 1 or less.' : '';
}

/** Which picture of how many, which part of the way there, and what is being done for it. */
function runWords({ number, of, stage, stopping }: Running): string {
  if (stopping) return 'Stopping…';
  const picture = of > 1 ? `Picture ${number} of ${of} · ` : '';
  return `${picture}${stageWords(stage)}`;
}

/** The parts of the way to a picture, in their order. */
const phases: Readonly<Record<Phase, string>> = {
  ready: 'Getting ready',
  drawing: 'Drawing',
  finishing: 'Finishing',
};

/** Where a picture is drawn anew in tiles, which one. */
const tileWords = ({ tile }: Extract<Stage, { kind: 'step' }>): string =>
  tile && tile.of > 1 ? `Tile ${tile.number} of ${tile.of} · ` : '';

/** What is being done right now, in a few words. */
function stageWords(progress: Stage | null): string {
  switch (progress?.kind) {
    case undefined:
      return 'Starting';
    case 'waiting':
      return 'Another tab is drawing; this one starts when it is done';
    case 'fetching':
      return `Fetching the model, ${bytes(progress.doneBytes)} of ${bytes(progress.totalBytes)}`;
    case 'reading':
      return `Reading ${nets.names[progress.net]}, ${bytes(progress.doneBytes)} of ${bytes(progress.totalBytes)}`;
    case 'checking':
      return `Comparing ${nets.names[progress.net]} with what was stored, ${bytes(progress.doneBytes)} of ${bytes(progress.totalBytes)}`;
    case 'compiling':
      return `Compiling ${nets.names[progress.net]}`;
    case 'encoding':
      return `Reading the ${progress.what}`;
    case 'step':
      return `${tileWords(progress)}Step ${progress.step} of ${progress.steps}`;
    case 'decoding':
      return 'Decoding the picture';
    case 'enlarging':
      return `Enlarging the picture, ${progress.done} of ${count(progress.tiles)} ${progress.tiles === 1 ? 'tile' : 'tiles'}`;
  }
}

const savings: Record<Exclude<keyof MemorySavings, 'bits'>, string> = {
  apart: 'only one part of the model is loaded at a time',
  single: 'the UNet looks at the prompts one after the other',
  turns: 'the UNet and the nets that guide it are loaded in turns in every step',
  tile: 'the picture is encoded and decoded in tiles',
};

/** What a person should know about a run that worked. */
function noticeWords(notice: Notice): string {
  switch (notice.code) {
    case 'size-rounded':
      return `This model draws in whole blocks: the size was rounded to ${notice.width} × ${notice.height}.`;
    case 'resumed':
      return `${notice.after === 'device-lost' ? 'The graphics card' : 'The engine'} stopped in the middle of the picture, which then went on from the last finished step.`;
    case 'saving-memory':
      return `There is not enough memory for the fastest way, so ${savings[notice.by]}, which takes longer.`;
    case 'fewer-bits':
      return `There is not enough memory for the model as it is, so its weights were rounded to ${notice.bits} bits: the picture is a little different.`;
    case 'bits-refused':
      return `Weights in ${notice.bits} bits are computed wrongly on this device, so they were used as they are.`;
    case 't5-without-tokenizer':
      return 'T5 was left out, because the file that tells it how to split words is missing: tokenizer.json, from the folder tokenizer_3 of Stable Diffusion 3 in diffusers’ form. Drop it here, and T5 reads your prompts, too.';
    case 'retried-in-f32':
      return `Half precision overflowed in ${nets.names[notice.net]}; that part ran again at full precision, which takes longer.`;
    case 'lists-missing':
      return `There is no list called ${notice.names.map((name) => `“${clean(name, 60)}”`).join(', ')}, so its name was read as words. Lists are text files in models/wildcards/, one choice a line.`;
    case 'lora-in-part':
      return `Of the LoRA “${clean(notice.name, 60)}” ${models.use(notice.use)}.`;
    case 'words-for-others': {
      const words = notice.words.map((word) => `“${clean(word, 60)}”`).join(', ');
      return notice.words.length === 1
        ? `${words} has vectors for another kind of model, so it was read as any word is.`
        : `${words} have vectors for other kinds of models, so they were read as any words are.`;
    }
    case 'tags-ignored':
      return `Nothing here answers to ${clean(notice.tags.join(' '), 200)}: left out.`;
  }
}

/** That pictures and work on them will not outlast the page. */
const unkeptWords = (error: DrobeError): string =>
  `Pictures cannot be kept in this browser now, and last until this page is closed: download those you want. ${problems.sentence(error, 'them')}`;

interface Unfinished {
  readonly settings: Pick<Settings, 'prompt'>;
  /** That were done. */
  readonly steps: number;
  /** It was cancelled. */
  readonly stopped: boolean;
}

/** @param model null where the run's is no longer there. */
function unfinishedWords({ settings, steps, stopped }: Unfinished, model: object | null): string {
  const what = settings.prompt ? `“${clean(settings.prompt, 80)}”` : 'A picture';
  const done =
    steps > 0 ? `${steps} of its steps ${steps === 1 ? 'was' : 'were'} done` : 'none of its steps was done';
  const gone = model ? '' : ' Its model is no longer there, so it cannot be gone on with.';
  const how = stopped ? 'was stopped' : 'was in work when the page was closed';
  return `${what} ${how}; ${done}.${gone}`;
}

export const run = {
  stopNow: 'Stop now',
  stopNowHint: 'Breaks off the step in work. The model is opened again for the next picture.',
  obstacles: obstacleWords,
  news: newsWords,
  title: titleWords,
  negative: negativeWords,
  running: runWords,
  phases,
  stage: stageWords,
  notice: noticeWords,
  unkept: unkeptWords,
  unfinished: unfinishedWords,
};
