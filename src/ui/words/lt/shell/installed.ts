import type { installed as English } from '../../en/shell/installed';

export const installed: typeof English = {
  partMissing: 'Šios Drobės dalies nepavyko gauti. Ji gali atsirasti įkėlus iš naujo, kai bus ryšys.',
  reload: 'Įkelti iš naujo',

  share: 'Bendrinti',
  notShared: 'Iš čia bendrinti nepavyko. Atsisiųstą vaizdą – galima.',

  promptTaken: 'Iš kitos programos gauti žodžiai pakeitė jūsų užklausą.',

  manifest: {
    screenshot: 'Užklausa su nustatymais ir pagal ją sukurtas vaizdas',
    newPicture: 'Naujas vaizdas',
    inpaint: 'Įpiešti',
    album: 'Albumas',
  },
};
