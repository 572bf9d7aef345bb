/** The recipe in a picture's file or in a text, whichever tool wrote it. */
import { isObject } from '../objects';
import { XMP } from './bytes';
import { isComfy, readComfy } from './comfy/read';
import { textsIn, type Texts } from './picture/containers';
import { hiddenText, type Columns } from './picture/hidden';
import { isInfotext, readInfotext } from './infotext/infotext';
import { readInvoke } from './invoke';
import { parseExact, textAt } from './json';
import { commentInXmp, readEasyDiffusion, readListed } from './listed';
import { withinMost } from './most';
import { readNovelAi } from './novelai';
import type { Recipe } from './recipe';

/** The recipe in a picture's file; null where there is none. */
export const recipeInPicture = (file: Uint8Array): Recipe | null => withinMost(recipeIn(textsIn(file)));

/** The recipe that tools hide in pixels, which survives where texts are lost; null where there is none. */
export async function recipeInPixels(columns: Columns): Promise<Recipe | null> {
  const text = await hiddenText(columns);
  return text === null ? null : recipeInText(text);
}

/** Whether a text is a ComfyUI workflow, even one without a recipe that can be read. */
export const isWorkflow = (text: string): boolean => text.trimStart().startsWith('{') && isComfy(text.trim());

/** Whether a picture's file has such a workflow. */
export function hasWorkflow(file: Uint8Array): boolean {
  const texts = textsIn(file);
  return ['prompt', 'workflow', 'parameters'].some((name) => isWorkflow(texts.get(name) ?? ''));
}

/**
 * The recipe in a text that was pasted or is in a file: infotext, a workflow, or other JSON of a tool. Null for anything else,
 * such as a plain prompt.
 */
export const recipeInText = (text: string): Recipe | null => withinMost(inText(text));

function inText(text: string): Recipe | null {
  if (isInfotext(text)) return readInfotext(text);
  if (!text.trimStart().startsWith('{')) return null;
  const json = text.trim();
  return workflowIn(json) ?? readInvoke(json) ?? readNovelAi(new Map([['Comment', json]])) ?? inWebp(json);
}

/** NovelAI puts into a WebP, as one JSON, what it writes as texts into a PNG. */
function inWebp(json: string): Recipe | null {
  const texts = parseExact(json);
  if (!isObject(texts)) return null;
  const named = ['Comment', 'Description'].flatMap((name): [string, string][] => {
    const text = textAt(texts, name);
    return text === undefined ? [] : [[name, text]];
  });
  return readNovelAi(new Map(named));
}

/** A list comes first: Civitai puts the settings as plain values beside its graph. */
const workflowIn = (json = ''): Recipe | null => readListed(json) ?? readComfy(json);

/** The recipe in a picture's texts; of several, the one that says most of what is supported here. */
function recipeIn(texts: Texts): Recipe | null {
  const parameters = texts.get('parameters') ?? '';
  if (isInfotext(parameters)) return readInfotext(parameters);
  const invoke = texts.get('invokeai_metadata') ?? texts.get('sd-metadata');
  const found =
    (invoke === undefined ? null : readInvoke(invoke)) ??
    readNovelAi(texts) ??
    readEasyDiffusion(texts) ??
    readListed(commentInXmp(texts.get(XMP) ?? '')) ??
    workflowIn(texts.get('prompt')) ??
    workflowIn(texts.get('workflow'));
  return found ?? (parameters === '' ? null : inText(parameters));
}
