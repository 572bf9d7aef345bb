import type { NetHintName } from '../../../../engine/api';
import type { control as English } from '../../en/guide/control';
import { hasUNet } from '../../family';
import { clean } from '../../format';
import { format, listed, plural } from '../format';

const depthNet = '„Depth Anything V2 Small“ (99 MB, Apache-2.0), kurį rasite lange „Atsisiųsti modelį“';
const lineNet = '„Informative drawings“ (17 MB, MIT), kurį rasite lange „Atsisiųsti modelį“';
const wanted: Readonly<Record<NetHintName, string>> = {
  depth_anything_v2: depthNet,
  depth_anything: depthNet,
  lineart_realistic: lineNet,
  lineart_coarse: 'sk_model2.pth (17 MB, MIT) iš „lllyasviel/Annotators“ svetainėje „Hugging Face“',
  softedge_hed: 'ControlNetHED.pth (29 MB, Apache-2.0) iš „lllyasviel/Annotators“ svetainėje „Hugging Face“',
};

export const control: typeof English = {
  obstacles: {
    'no-control-model': 'Pasirinkite valdymo modelį arba pašalinkite valdymą',
    'control-misfit': 'Valdymo modelis skirtas kitiems modeliams: pasirinkite kitą arba pašalinkite valdymą',
    'no-control-picture': 'Pasirinkite vaizdą, kuris valdys',
    'no-hint-net': 'Importuokite tinklą, kurio reikia valdymo paruošimui, arba pasirinkite kitą paruošimą',
  },

  removed: (number) => `Valdymas ${number} pašalintas.`,

  replaced: (name, other) => `${other ? 'Pakeistas' : 'Pašalintas'} „${clean(name, 60)}“.`,

  misfit(nets) {
    if (nets.length === 0) return '';
    const bases = [...new Set(nets.map(({ base }) => base))];
    const told = bases.map((base) => {
      const names = nets.filter((net) => net.base === base).map(({ name }) => clean(name, 60));
      return `${listed(names)} (skirta ${clean(base, 40)})`;
    });
    return `Šiam modeliui netinka: ${told.join('; ')}.`;
  },

  noNet: (model) =>
    hasUNet(model)
      ? `Valdymo modelių, tinkančių ${clean(model.family, 60)}, čia nėra: importuokite ControlNet arba T2I-Adapter .safetensors failą.`
      : `${clean(model.family, 60)} valdymo modelių čia nenaudoja: jie skirti Stable Diffusion 1.x, 2.x ir XL.`,

  guiding: (units) =>
    plural(units, {
      one: units === 1 ? 'valdantis vaizdas' : `${format.count(units)} valdantis vaizdas`,
      few: `${format.count(units)} valdantys vaizdai`,
      other: `${format.count(units)} valdančių vaizdų`,
    }),

  awaits: {
    picture: 'Čia bus rodoma jo užuomina.',
    net: 'Ją ruošia tinklas, tai šiek tiek užtruks…',
    run: 'Ji bus paruošta, kai bus baigtas dabartinis vaizdas.',
    gone: 'Tinklo, kuris ją ruošia, čia nėra: importuokite jį arba pasirinkite kitą paruošimą.',
    mask: 'Bus paruošta iš vaizdo ir jo kaukės, kai prasidės piešimas.',
  },

  moreHints: 'Gylis, linijos, HED: pirma importuokite tinklą',

  hintGone: (label) => `${label}: tinklo čia nėra`,

  bringNet: (hint) =>
    `Šio valdymo modelio užuominas geriausiai ruošia atskiras tinklas: importuokite ${wanted[hint]}. Arba pridėkite vaizdą, kuris jau yra tokia užuomina, ir pasirinkite „Nėra“.`,
};
