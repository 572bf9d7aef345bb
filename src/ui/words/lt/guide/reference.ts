import type { reference as English } from '../../en/guide/reference';
import { hasUNet } from '../../family';
import { clean } from '../../format';
import { format, listed, plural } from '../format';
import { models } from '../models/models';

export const reference: typeof English = {
  obstacles: {
    'no-adapter': 'Importuokite šiam modeliui skirtą IP-Adapter arba pašalinkite pavyzdinį vaizdą',
    'no-encoder': 'Importuokite vaizdų koduotoją, kurio reikia IP-Adapter, arba pašalinkite pavyzdinį vaizdą',
    'no-reference-picture': 'Pasirinkite pavyzdinį vaizdą arba pašalinkite jį',
  },

  removed: (number) => `Pavyzdinis vaizdas ${number} pašalintas.`,

  replaced: (name, other) => `${other ? 'Pakeistas' : 'Pašalintas'} „${clean(name, 60)}“.`,

  maskReplaced: (other) =>
    other ? 'Pavyzdinio vaizdo kaukė pakeista kita.' : 'Pavyzdinio vaizdo kaukė pašalinta.',

  maskHint: 'Kur kaukė juoda, šis vaizdas įtakos neturi.',
  maskPaintHint: 'Vaizdas veikia ten, kur nupiešite. Jei nieko nenupiešta, jis veikia visur.',

  taken: (references) =>
    plural(references, {
      one: references === 1 ? 'pavyzdinis vaizdas' : `${format.count(references)} pavyzdinis vaizdas`,
      few: `${format.count(references)} pavyzdiniai vaizdai`,
      other: `${format.count(references)} pavyzdinių vaizdų`,
    }),

  noAdapter(model, others) {
    const family = clean(model.family, 60);
    if (!hasUNet(model))
      return `${family} pavyzdinių vaizdų čia nenaudoja: IP-Adapter yra skirti Stable Diffusion 1.x ir XL.`;
    const bases = [...new Set(others)].map((base) => clean(base, 40));
    const there = bases.length > 0 ? ` Čia esantys skirti ${listed(bases)}.` : '';
    return `IP-Adapter, skirto ${family}, čia nėra: importuokite jo .safetensors failą.${there}`;
  },

  noEncoder: ({ wants: { seen, width } }) =>
    `Šiam IP-Adapter reikia dar vieno failo, kuriuo jis žiūri į vaizdus. Importuokite ${models.encoderWanted(seen, width)}.`,
};
