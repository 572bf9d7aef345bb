/** What Drobė says where something does not work. */
import { because, filesOf, missingParts, sentenceOf, type Sentences, type Told } from '../telling';
import { format } from './format';
import { models } from './models/models';
import { nets } from './models/nets';
import { strangers } from './models/strangers';

const sentences: Sentences = {
  'file-empty': ({ file }) => `${file} is empty. Download it again and import the full file.`,
  'file-is-html': ({ file }) =>
    `${file} is a web page, not a model: the download link led to a page. Open that page, sign in if it asks for it, and download the .safetensors file itself.`,
  'file-is-pickle': ({ file }) =>
    `${file} is a pickle, which can hide programs, and not one that PyTorch saved: it is not opened here. Look for the same model as .safetensors.`,
  'file-is-torch': ({ file }) =>
    `${file} is a PyTorch file, of which the weights can be taken once it is on this device: download it, and drop it on this page.`,
  'bad-pickle': ({ file, text }) =>
    `${file} cannot be read as a PyTorch file that holds nothing but weights${because(text('reason'))}. Download it again, or look for the same model as .safetensors.`,
  'pickle-asks': ({ file, text }) =>
    `${file} holds more than weights: it wants ${text('name')} to be run, and nothing in a file is run here. Look for the same model as .safetensors.`,
  'file-is-lfs-pointer': ({ file }) =>
    `${file} is only a Git LFS pointer, a note that says where the model is. Download the model itself, or run “git lfs pull”.`,
  'file-is-archive': ({ file, text }) =>
    `${file} is a packed archive${text('kind') && ` (${text('kind')})`}, not a model. Unpack it, and import the .safetensors files that are in it.`,
  'file-is-other': ({ file, text }) =>
    `${file} is not a .safetensors file${text('kind') && ` but ${text('kind')}`}${text('says') && `, which begins “${text('says')}”. A server may have answered so in the place of the file`}. Import a Stable Diffusion checkpoint that ends in .safetensors.`,
  'file-truncated': ({ file, size, text }) =>
    `${file} is incomplete: ${size('actualBytes')} of ${text('cut') && 'at least '}${size('expectedBytes')} arrived, ${text('cut') && 'at least '}${size('expectedBytes', 'actualBytes')} are missing. Download it again and import the full file.`,
  'file-too-long': ({ file, size }) =>
    `${file} goes on for ${size('extraBytes')} after the end of its model: two files were joined, or a download was resumed at the wrong place. Download it again.`,
  'file-is-hollow': ({ file, size }) =>
    `${file} is incomplete: it ends in nothing but zeros, ${size('zeroBytes')} of them or more, as a download does that has kept room for what did not come. Download it again and import the full file.`,
  'file-is-split': ({ file }) =>
    `${file} is one of several pieces that a file was split into, and no model by itself. Join them in their order, with the program that split them (7-Zip calls it “Combine files”), and import the whole file.`,
  'bad-header': ({ file, text }) =>
    `${file} is damaged: its header cannot be read${because(text('reason'))}. Download it again.`,
  'file-is-lora': ({ file }) =>
    `${file} is a LoRA, an addition to a model, and cannot be drawn with by itself. Import a full checkpoint, too.`,
  'file-is-embedding': ({ file }) =>
    `${file} is a textual inversion embedding, an addition to a model. Import a full checkpoint instead.`,
  'file-is-vae': ({ file }) =>
    `${file} is only a VAE, one part of a model. Import a checkpoint that holds the UNet and the text encoder too.`,
  'file-is-parts': ({ file, text }) =>
    `${file} is only a model's ${text('found')}, which others can borrow. Import a checkpoint that holds the UNet, too.`,
  'file-is-taesd': ({ file }) =>
    `${file} is a TAESD, which shows pictures while they are drawn, and finishes them fast. Import a checkpoint to draw with, too.`,
  'file-is-ip-adapter': ({ file }) =>
    `${file} is an IP-Adapter, by which a model follows a picture. Import a checkpoint to draw with, too.`,
  'file-is-image-encoder': ({ file }) =>
    `${file} is an image encoder, which looks at pictures for an IP-Adapter. Import a checkpoint to draw with, too.`,
  'file-is-control': ({ file }) =>
    `${file} guides a model by a picture, and cannot be drawn with by itself. Import a checkpoint to draw with, too.`,
  'file-is-upscaler': ({ file }) =>
    `${file} is an upscaler, which makes finished pictures larger. Import a checkpoint to draw with, too.`,
  'file-is-hint-net': ({ file }) =>
    `${file} makes hints for ControlNets, and cannot be drawn with by itself. Import a checkpoint to draw with, too.`,
  'other-kind': ({ file, text }) => strangers.sentence(file, text('kind'), text('as')),
  'unknown-kind': ({ file, text }) =>
    `${file} is no kind of model that Drobė knows${text('modules') && `; what is in it is called ${text('modules')}`}. It runs Stable Diffusion 1.x, 2.x, XL and 3.x checkpoints, and takes LoRAs, embeddings, ControlNets, T2I-Adapters, IP-Adapters, VAEs, TAESDs, upscalers and nets that make hints for them.`,
  'unsupported-model': ({ file, text }) =>
    `${file} is a kind of model that Drobė cannot run yet${text('found') && `: ${text('found')}`}. Import a Stable Diffusion 1.x, 2.x, XL or 3.x checkpoint.`,
  'unsupported-control': ({ file, text }) =>
    `${file} guides models in a way that Drobė cannot run${text('found') && `: ${text('found')}`}. Look for a ControlNet or T2I-Adapter for Stable Diffusion 1.x, 2.x or XL.`,
  'settings-alone': ({ file }) =>
    `${file} holds settings and is no model. A .yaml goes with the checkpoint of the same name, once that is imported or when both are chosen together; a scheduler_config.json goes with the folder it lies in, a .safetensors.index.json with the numbered files that it lists.`,
  'settings-unread': ({ file }) =>
    `${file} should hold settings of a model, but is not JSON, so nothing of what it says is known. The model is taken without it; if its pictures look wrong, get this file again.`,
  'missing-part': ({ file, text }) =>
    `${file} has no ${text('part') || 'part that is needed'}${because(dutyOf(text('part')))}, and nothing on this device can lend one. Import the full checkpoint, which holds all parts in one file, or the missing part of the model's folder${filesOf(text('part')) && `, ${filesOf(text('part'))}`}.`,
  'missing-shard': ({ file, text }) =>
    `${file}: a part of this model is in several numbered files, and ${text('shard')} is not among them. Drop its whole folder here, or choose all of its .safetensors files together.`,
  'missing-weight': (told) =>
    `${holder(told)} is incomplete: of its ${told.text('part') || 'weights'}, ${told.text('key')} is missing. It seems to have been cut down, or only partly saved. Download it again or try another ${told.text('name') ? 'file' : 'checkpoint'}.`,
  'bad-weight': (told) =>
    `${holder(told)} has a weight that cannot be used: ${told.text('key')}${because(told.text('reason'))}. Download it again or try another ${told.text('name') ? 'file' : 'checkpoint'}.`,
  'weight-not-a-number': (told) =>
    `${holder(told)} is damaged or was merged badly: its weight ${told.text('key')} holds values that are no numbers (NaN or infinite${told.text('count') && `, ${told.text('count')} of them`}). Download it again, or use another file.`,
  'lora-unknown': ({ text }) =>
    `There is no LoRA named “${text('name')}” here${text('known') && `; there is ${text('known')}`}. Import its file, or take the tag out of the prompt.`,
  'lora-mismatch': ({ text }) =>
    text('kind')
      ? `The LoRA “${text('name')}” is of a kind that Drobė cannot add to a model (${text('kind')}). Look for a plain LoRA, LoCon, LoHa or LoKr in its place, or take its tag out of the prompt.`
      : `The LoRA “${text('name')}” was not made for this kind of model (${text('family')}). Choose a model it was made for, or take its tag out of the prompt.`,
  'vae-mismatch': ({ text }) =>
    `The VAE “${text('name')}” was not made for this kind of model (${text('family')}). Choose another VAE, or the model's own, under Advanced.`,
  'vae-decodes-only': ({ text }) =>
    `${text('name') ? `The VAE “${text('name')}”` : 'The VAE of this model'} makes pictures and cannot read any: its encoder is not there. Draw from words alone, or choose another VAE under Advanced.`,
  'adapter-mismatch': ({ text }) =>
    `The IP-Adapter “${text('name')}” was made for ${text('base') || 'another kind of model'}, not for this one (${text('family')}). Choose a model it was made for, or another adapter under “Reference image”.`,
  'encoder-missing': ({ text }) =>
    `The IP-Adapter “${text('name')}” needs an image encoder to look at the picture, and none here fits. Import ${models.encoderWanted(text('seen'), Number(text('width')))}.`,
  'control-mismatch': ({ text }) =>
    `“${text('name')}” guides ${text('family').startsWith(text('base')) ? `models of another size than the chosen one` : `${text('base')}, and the chosen model is ${text('family')}`}. Choose a model that it was made for, or another control model.`,
  'image-unreadable': ({ file, text }) =>
    text('kind')
      ? `${file} is a picture of a kind (${text('kind')}) that this browser cannot open. Save it as PNG or JPEG and choose that.`
      : `${file} is not a picture. Choose a PNG, JPEG or WebP file.`,
  'image-damaged': ({ file, text }) =>
    `${file} is damaged: it begins as a ${text('kind') || 'picture'}, but its pixels cannot be read. Download or export it again.`,
  'image-is-drawing': ({ file }) =>
    `${file} is a drawing (SVG), which has no pixels yet. Export it as PNG and choose that.`,
  'no-recipe': ({ file }) =>
    `${file} tells of no settings that are known here. Choose a picture that Drobė or another tool made, or the text that stands under one.`,
  'workflow-unread': ({ file, isNamed }) =>
    `The ComfyUI workflow${isNamed ? ` in ${file}` : ''} samples with nodes that are not understood here, so its settings cannot be taken over. Copy the prompt out of it by hand.`,
  'link-alone': () => 'This page asks no other site for pictures. Save that one, and drop its file here.',
  'image-moves': ({ file }) => `${file} is an animation. Save the frame you want as PNG and choose that.`,
  'image-too-large': ({ file, text }) =>
    `${file} is too large${text('width') && `: ${text('width')} × ${text('height')} pixels`}. At most 16384 on a side and 100 million in all can be read; scale it down first.`,
  'result-too-large': ({ text }) =>
    `The larger picture would be too large${text('width') && `: ${text('width')} × ${text('height')} pixels`}. At most 67 million fit. Take an upscaler that enlarges less, or a smaller picture.`,
  'upscaler-unknown': ({ text }) =>
    `There is no upscaler named “${text('name')}” here${text('known') && `; there is ${text('known')}`}. Import its file, or choose another upscaler.`,
  'hint-net-missing': ({ text }) =>
    `The preprocessor${text('hint') && ` “${text('hint')}”`} needs a net of its own, and its file is not here. Import it, or choose another preprocessor.`,
  quota: ({ file, isNamed, size, text }) =>
    text('neededBytes') === '0'
      ? `There is no room for ${isNamed ? file : 'it'}: the browser's storage is full. Remove a model here or free disk space, then try again.`
      : `There is no room for ${isNamed ? file : 'the file'}: it needs ${size('neededBytes')}, and the browser has ${size('freeBytes')} free. Remove a model here or free disk space, then try again${text('fetched') ? '' : '; or import the file without a copy, where the browser offers it under “Models on this device”'}.`,
  storage: ({ text }) =>
    `The browser's storage failed${because(text('reason'))}. Reload the page; a private window, or one that blocks cookies, may not be allowed to keep anything.`,
  'model-gone': ({ text }) =>
    `The model ${text('model')} is no longer there: the browser or you cleared it. Choose another model or import the file again.`,
  'model-damaged': ({ text }) =>
    `${text('file')} is damaged in the browser's storage${because(text('reason'))}. ${text('server') ? `Press “Repair” to fetch these bytes again from ${text('server')}, or import` : 'Import'} the same file again: what is damaged is replaced.`,
  'record-damaged': ({ file, isNamed }) =>
    `What the browser remembers of ${isNamed ? file : 'a model'} cannot be read any more. Remove it here and import its file again; other models are not affected.`,
  'record-newer': ({ file, isNamed }) =>
    `${isNamed ? file : 'A model'} was stored by a newer version of Drobė. Reload the page to get that version.`,
  'repair-differs': ({ file }) =>
    `${file} could not be repaired: its server now sends other bytes than those that were stored. Remove it and download it again, or import the same file as before.`,
  'file-locked': ({ text }) =>
    `The browser asks once more before it lets ${text('file')} be read where it lies. Press “Allow” and confirm.`,
  'file-moved': ({ text }) =>
    `${text('file')} is no longer where it was when you chose to use it in place. Put it back, or remove it here and import it again.`,
  'file-changed': ({ text }) =>
    `${text('file')} was changed since you chose to use it in place. Remove it here and import it again.`,
  'file-unreadable': ({ file }) =>
    `${file} cannot be read any more: it was changed or moved, or its disk is gone. Import it again.`,
  'bad-address': ({ text }) =>
    `“${text('address')}” is no address that can be downloaded from. Paste the address of a .safetensors file or of a model on Hugging Face, beginning with https://; a file that is on this device is dropped on the page.`,
  'no-model-there': ({ text }) =>
    `There is no .safetensors file at ${text('address')}. Open it in a browser tab and look for the model itself.`,
  'too-many-there': ({ text }) =>
    `There are ${text('count')} models at ${text('address')}. Paste the address of the one you want.`,
  'repository-unknown': ({ text }) =>
    `Hugging Face has no model “${text('repository')}” that is open to everyone. Is the name right, capitals and hyphens too? If it is private: sign in there, download the file in a browser tab, and drop it here.`,
  'repository-gated': ({ text }) =>
    `“${text('repository')}” is handed out only to those who agreed to its terms on Hugging Face. Open https://huggingface.co/${text('repository')} in a browser tab, sign in and agree, download the file there, and drop it here.`,
  'revision-unknown': ({ text }) =>
    `The model “${text('repository')}” has no branch or version “${text('revision')}”. Is the name right? Most models have one called “main”.`,
  'file-unknown': ({ text }) =>
    `The model “${text('repository')}” has no file or folder “${text('path')}”. Is the name right, capitals too? Its own address, https://huggingface.co/${text('repository')}, shows what there is.`,
  'download-refused': ({ text }) =>
    `The server refuses to hand out ${text('url')}${because(text('said') || text('reason'))}. It may ask you to sign in, to agree to a licence, or for a key: open that address in a browser tab, download the file there and drop it here.`,
  'download-changed': ({ text }) =>
    `At ${text('url')} there is another file now: it has another size than the one whose download was begun. What had arrived of that is kept: press “Go on” if it may come back, or “Discard” and start anew.`,
  'download-doubtful': ({ text }) =>
    `The server now gives the file at ${text('url')} another mark (ETag) than before, and states no sum that could decide: it may be the same file from another mirror, or another one of the same size. What had arrived is kept: press “Go on” to take it for the same, or “Discard” and start anew.`,
  'download-is-page': ({ text }) =>
    `In the place of ${text('url')} a web page came: the network, or the server, may ask you to sign in first. Open that address in a browser tab, do what it asks for, and go on. What had arrived is kept.`,
  'download-damaged': ({ text }) =>
    `What arrived from ${text('url')} is not what its server says it is (another SHA-256), so it was deleted. Start the download again.`,
  'app-damaged': ({ text }) =>
    `A file of Drobė itself, ${text('file')}, is not the one that was built: it was damaged or changed where it is kept or on the way, and is not run. Reload the page; if that does not help, tell whoever runs this site.`,
  'download-elsewhere': () =>
    'Another tab is busy with this download. Look there, or close it and try again.',
  network: ({ text }) => statusWords(Number(text('status')), text),
  'no-answer': ({ text }) =>
    `${text('host') || 'The server'} does not answer, or lets no other site read what it has (no CORS headers): browsers do not tell which${because(text('reason'))}. Check the address and the connection. If the address works in a browser tab, download the file there and drop it here.`,
  offline: () => 'This device is offline. Check the connection and try again.',
  'page-closed': ({ text }) =>
    `${text('url')} is a page about a model, and ${text('host') || 'its server'} lets no other site read it. Open it in a browser tab, download the file there, and drop it here.`,
  'address-insecure': ({ text }) =>
    `Browsers let a page that came by https:// read nothing that comes by http://, as ${text('url')} does. Try it with https://, or download the file in a browser tab and drop it here.`,
  'device-lost': () =>
    'The graphics card was reset while it worked. Press Generate to try again; a smaller picture asks less of it.',
  'out-of-memory': ({ text, size }) => {
    const net = text('stage');
    const loaded = Number(text('loadedBytes'));
    const need = net && ` for ${nets.called(net)}, which needs at least ${size('neededBytes')}`;
    const limit = text('limitBytes') && `; at most ${size('limitBytes')} can be had here`;
    const have = loaded > 0 ? `; it ran out after ${size('loadedBytes')} of its weights were loaded` : '';
    const tried = net && ' Everything that saves memory has been tried.';
    return `There was not enough memory${need}${limit || have}${net ? '' : because(text('reason'))}.${tried} Choose a smaller width and height, close other tabs and programs that use the graphics card, or run on the CPU (under Advanced), and try again.`;
  },
  'not-a-number': ({ text }) =>
    `The numbers overflowed in the ${text('stage') || 'model'}, even at full precision, so there is no picture. Try another seed, less guidance or another model.`,
  'engine-crashed': ({ text }) =>
    `The engine stopped${because(text('reason'))}. Press Generate to start it again; if it stops again, choose a smaller size.`,
  'bad-request': ({ text }) =>
    `These settings do not work${because(text('reason'))}. Change them and try again.`,
  busy: () => 'Another picture is still in work. Wait for it, or cancel it, then try again.',
  bug: ({ text }) =>
    `Something went wrong that should not have${because(text('reason'))}. Try again; if it stays, please report it with these words.`,
};

/** What a status means: https://www.rfc-editor.org/rfc/rfc9110#name-status-codes */
function statusWords(status: number, text: Told['text']): string {
  const at = text('url') || 'this address';
  const reason = because(text('said') || text('reason'));
  const wait = text('retrySeconds') && format.duration(1000 * Number(text('retrySeconds')));
  if (status === 404 || status === 410)
    return `There is nothing at ${at}${reason}. Is the address right? Open it in a browser tab to see.`;
  if (status === 429)
    return `The server of ${at} was asked too often${reason}. Wait ${wait || 'a few minutes'} and try again.`;
  if (status >= 500)
    return `The server of ${at} has trouble of its own${reason}. Try again in ${wait || 'a while'}.`;
  return `The model could not be fetched${reason}. Check the connection and try again.`;
}

/** What a part is for. */
const duties: Readonly<Record<ReturnType<typeof missingParts>[number]['part'], string>> = {
  unet: 'which draws',
  vae: 'which makes pixels of what was drawn',
  text: 'which reads prompts',
  text2: 'which reads prompts',
};

/** Of several parts it would be a list of its own. @param parts as an error names them. */
function dutyOf(parts: string): string {
  const [one, ...others] = missingParts(parts);
  return one && others.length === 0 ? duties[one.part] : '';
}

/** The file that a weight is in. */
const holder = ({ file, text }: Told): string => (text('name') ? `“${text('name')}”` : file);

export const problems = {
  /** The sentence for a problem, about `file` where that is known. */
  sentence: sentenceOf(sentences, {
    file: (name) => name || 'The file',
    bytes: format.bytes,
    unknownSize: 'an unknown amount',
  }),
};
