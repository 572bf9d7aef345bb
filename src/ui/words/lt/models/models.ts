import type { HintNetFacts, IpAdapterFacts, Trigger, Unused } from '../../../../engine/api';
import type { Addon } from '../../../models/entries';
import type { models as English } from '../../en/models/models';
import { clean } from '../../format';
import { neededBy } from '../../needs';
import { towerFor, towerName } from '../../towers';
import { format, plural } from '../format';
import { parts } from './nets';

const { bytes, count, roughly } = format;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const hintNetName: Record<HintNetFacts['net'], string> = {
  'Depth Anything': 'Gylis (Depth Anything)',
  'Informative drawings': 'Linijos (informative drawings)',
  HED: 'Švelnūs kontūrai (HED)',
};

const adapterName: Record<IpAdapterFacts['variant'], string> = {
  plain: 'IP-Adapter',
  plus: 'IP-Adapter Plus',
  full: 'IP-Adapter Full',
};

/** Words and the tokens that they take. */
function triggers(words: readonly Trigger[]): string {
  const called = ({ trigger }: Trigger): string => `„${clean(trigger, 40)}“`;
  const takes = ({ vectors }: Trigger): string => `užima ${vectors} iš 75 užklausos žymių`;
  const [first, ...others] = words;
  if (first && others.every(({ vectors }) => vectors === first.vectors))
    return `${words.map(called).join(' arba ')} (${takes(first)})`;
  return words.map((word) => `${called(word)} (${takes(word)})`).join(' arba ');
}

/** Why modules are not used, said so that no number changes it. */
const unusedWords: Readonly<Record<Unused['why'], string>> = {
  unet: 'priklauso UNet, kurio šis modelis neturi',
  mmdit: 'priklauso MMDiT, kurio šis modelis neturi',
  t5: 'priklauso T5, kurio šis modelis neturi',
  vae: 'priklauso VAE, kurio LoRA čia nekeičia',
  text: 'priklauso teksto koduotojui, kurio šis modelis neturi',
  text2: 'priklauso teksto koduotojui, kurio šis modelis neturi',
  module: 'tinka sluoksniams, kurių šis modelis neturi',
  size: 'tinka kito dydžio sluoksniams',
  incomplete: 'neturi dalies savo matricų',
  kind: 'yra čia nežinomos rūšies',
  part: 'turi čia nežinomų dalių',
};

const use: (typeof English)['use'] = ({ used, modules, unused }) => {
  const others = unused.map(
    ({ why, such, count: number }) =>
      `${count(number)} ${unusedWords[why]}${why === 'kind' || why === 'part' ? ` (${clean(such, 40)})` : ''}`,
  );
  const of = plural(modules, { one: 'modulio', few: 'modulių', other: 'modulių' });
  return [`panaudota ${count(used)} iš ${count(modules)} ${of}`, ...others].join('; ');
};

function additions(entries: readonly Addon[]): string {
  const [first, ...others] = entries;
  if (!first) return '';
  if (others.length > 0) {
    const files = plural(entries.length, { one: 'failas', few: 'failai', other: 'failų' });
    return `Jau čia ${count(entries.length)} ${files}: sąraše „Modeliai šiame įrenginyje“ rašoma, kuris kam skirtas.`;
  }
  const what = first.addon.kind === 'lora' ? 'pažymėkite jį skyriuje „LoRA“' : models.addon(first.addon);
  return `„${clean(first.file, 80)}“ jau čia: ${what}.`;
}

export const models: typeof English = {
  addon(addon, used) {
    switch (addon.kind) {
      case 'lora':
        return [
          `LoRA${addon.base ? `, skirta ${clean(addon.base, 40)}` : ''}`,
          used && used.unused.length > 0
            ? use(used)
            : `${count(addon.modules)} ${plural(addon.modules, { one: 'modulis', few: 'moduliai', other: 'modulių' })}`,
          ...(addon.words?.length ? [`kol ji įjungta, veikia ${triggers(addon.words)}`] : []),
        ].join(', ');
      case 'embedding':
        return `Tekstinė inversija: rašykite ${triggers(addon.words)}`;
      case 'vae':
        return 'VAE, pasirenkamas skyriuje „Išsamiau“';
      case 'parts':
        return `${capital(parts(addon.holds).nominative)} – modeliams, kurie to neturi`;
      case 'taesd':
        return 'TAESD peržiūroms ir greitiems vaizdams, pasirenkamas skyriuje „Išsamiau“';
      case 'upscaler':
        return `Didintuvas (${clean(addon.architecture, 40)}): baigtus vaizdus padidina ${addon.scale} ${plural(addon.scale, { one: 'kartą', few: 'kartus', other: 'kartų' })}`;
      case 'hint-net':
        return `${hintNetName[addon.net]}: ruošia užuominas, pasirenkamas skyriuje „Valdymas“ kaip paruošimas`;
      case 'control':
        return `${addon.net}, skirtas ${clean(addon.base, 60)}: pasirenkamas skyriuje „Valdymas“`;
      case 'ip-adapter':
        return `${adapterName[addon.variant]}, skirtas ${clean(addon.base, 60)}: pasirenkamas skyriuje „Pavyzdinis vaizdas“`;
      case 'image-encoder':
        return `Vaizdų koduotojas ${towerName(addon)}, kuriuo į vaizdus žiūri IP-Adapter`;
    }
  },

  encoderWanted(seen, width) {
    const known = towerFor(seen, width);
    if (known) return `CLIP ${known.name}, tai yra ${known.at} iš „h94/IP-Adapter“ svetainėje „Hugging Face“`;
    return seen === 'embedding'
      ? `CLIP vaizdų koduotoją, kurio atsakas apie vaizdą – ${width} skaičių ilgio`
      : `CLIP vaizdų koduotoją, kurio plotis – ${width}`;
  },

  use,

  gone: (name) => `${clean(name, 60)} (čia nėra)`,

  noUpscaler:
    'Kad galėtumėte padidinti vaizdus, importuokite didintuvo .safetensors failą: ESRGAN, Real-ESRGAN, BSRGAN, SPSR arba Compact.',

  remark(remark) {
    if (remark.kind === 'additions') return additions(remark.entries);
    const file = clean(remark.file, 80);
    switch (remark.kind) {
      case 'renamed':
        return `Pavadinimą „${file}“ čia jau turi kas kita, tad šis failas pavadintas „${clean(remark.name, 80)}“. Naudoti galima abu, o pervadinti – sąraše „Modeliai šiame įrenginyje“.`;
      case 'again':
        return `„${file}“ čia jau yra: tai tas pats failas.`;
      case 'arrived':
        return `„${file}“ jau čia. Dirbate su kitu modeliu, tad šis nepasirinktas.`;
    }
  },

  room(facts, device, rates) {
    const need = neededBy(facts, device, rates);
    if (!need) return '';
    const { together, seconds } = need;
    const apart = together ? '' : ' (tinklai įkeliami po vieną)';
    const wait =
      seconds === null
        ? ''
        : ` ${together ? 'Įkelti juos' : 'Įkelti didžiausią'} užtruks apie ${roughly(seconds)}.`;
    if (need.of === 'card')
      return `Modelio svoriams reikia apie ${bytes(need.bytes)} vaizdo plokštės atminties${apart}.${wait}`;
    const tooLarge = need.isTooMuch
      ? ', o tai daugiau, nei naršyklė skiria procesoriui: greičiausiai čia jis neveiks'
      : '';
    return `Modelio svoriams reikia apie ${bytes(need.bytes)} atminties${apart}${tooLarge}.${wait}`;
  },

  slow: {
    'no-gpu': 'Piešiama lėtai: nėra tinkamos vaizdo plokštės.',
    'imitated-gpu':
      'WebGPU čia vaizdo plokštę tik imituoja, o tai labai lėta. Vienas procesorius greitesnis.',
  },
  lostCard:
    'Vaizdo plokštės nebėra: nuo šiol lėtai piešia procesorius. Gal ji atsiras puslapį įkėlus iš naujo.',

  device(device) {
    if (!device) return '';
    const { backend, name, float16 } = device;
    if (backend === 'wasm') return 'Skaičiuoja procesorius.';
    return `Skaičiuoja WebGPU: ${clean(name, 60)}, ${float16 ? 'pusinis' : 'visas'} tikslumas.`;
  },
};
