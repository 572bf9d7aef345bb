/** The recipe in a picture's file or in a text, whichever tool wrote it. */
import { XMP } from './bytes';
import { isComfy, readComfy } from './comfy/read';
import { textsIn, type Texts } from './picture/containers';
import { hiddenText, type Columns } from './picture/hidden';
import { isInfotext, readInfotext } from './infotext/infotext';
import { readInvoke } from './invoke';
import { isObject, parseExact, textAt } from './json';
import { commentInXmp, readEasyDiffusion, readListed } from './listed';
import { withinMost } from './most';
import { readNovelAi } from './novelai';
import type { Recipe } from './recipe';

/** Null for a picture without one. */
export const recipeInPicture = (file: Uint8Array): Recipe | null => withinMost(recipeIn(textsIn(file)));

/** What tools hide in pixels, which stays where texts are lost. Null for a picture without it. */
export async function recipeInPixels(columns: Columns): Promise<Recipe | null> {
  const text = await hiddenText(columns);
  return text === null ? null : recipeInText(text);
}

/** Whether there is a workflow of ComfyUI, be there a recipe in it or not. */
export const isWorkflow = (text: string): boolean => text.trimStart().startsWith('{') && isComfy(text.trim());

/** The same of a picture. */
export function hasWorkflow(file: Uint8Array): boolean {
  const texts = textsIn(file);
  return ['prompt', 'workflow', 'parameters'].some((name) => isWorkflow(texts.get(name) ?? ''));
}

/** A text that was pasted, or stands in a file: about a picture, or a workflow. Null for all else, a plain prompt among it. */
export const recipeInText = (text: string): Recipe | null => withinMost(inText(text));

function inText(text: string): Recipe | null {
  if (isInfotext(text)) return readInfotext(text);
  if (!text.trimStart().startsWith('{')) return null;
  const json = text.trim();
  return workflowIn(json) ?? readInvoke(json) ?? readNovelAi(new Map([['Comment', json]])) ?? inWebp(json);
}

/** NovelAI puts into a WebP what stands in the texts of a PNG, as one JSON. */
function inWebp(json: string): Recipe | null {
  const texts = parseExact(json);
  if (!isObject(texts)) return null;
  const named = ['Comment', 'Description'].flatMap((name): [string, string][] => {
    const text = textAt(texts, name);
    return text === undefined ? [] : [[name, text]];
  });
  return readNovelAi(new Map(named));
}

/** Civitai puts what was asked for beside its graph, in plain words. */
const workflowIn = (json = ''): Recipe | null => readListed(json) ?? readComfy(json);

/** Where a picture has several, the one that says the most of what we have. */
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
