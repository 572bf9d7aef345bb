import type { app as English } from '../en/app';

export const app: typeof English = {
  title: 'Drobė: Stable Diffusion jūsų naršyklėje',

  newVersion(running, lost) {
    const ready = 'Yra nauja Drobės versija.';
    if (running) return `${ready} Ją bus galima įkelti, kai šis vaizdas bus baigtas.`;
    return lost
      ? `${ready} Įkėlus iš naujo, šio puslapio vaizdai dings: atsisiųskite tuos, kuriuos norite pasilikti.`
      : ready;
  },
};
