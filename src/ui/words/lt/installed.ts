import type { installed as English } from '../en/installed';

export const installed: typeof English = {
  partMissing: 'Šios Drobės dalies nepavyko gauti. Ji gali atsirasti įkėlus iš naujo, kai bus ryšys.',
  reload: 'Įkelti iš naujo',
};
