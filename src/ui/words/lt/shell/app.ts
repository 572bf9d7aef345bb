import type { app as English } from '../../en/shell/app';

export const app: typeof English = {
  title: 'Drobė: Stable Diffusion jūsų naršyklėje',

  inShort: 'Stable Diffusion jūsų naršyklėje, tiesiai iš .safetensors failo.',

  description:
    'Kurkite vaizdus su Stable Diffusion tiesiai iš .safetensors failo, naudodami savo vaizdo plokštę, naršyklėje. Niekas neišsiunčiama iš jūsų įrenginio.',

  newVersion(running, lost) {
    const ready = 'Yra nauja Drobės versija.';
    if (running) return `${ready} Ją bus galima įkelti, kai šis vaizdas bus baigtas.`;
    return lost
      ? `${ready} Įkėlus iš naujo, šio puslapio vaizdai dings: atsisiųskite tuos, kuriuos norite pasilikti.`
      : ready;
  },
};
